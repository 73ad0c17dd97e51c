package main

func main() {
	x := _ // ERROR `declared and not used: x` `cannot use _ as value or type`
	_ = _ // ERROR `cannot use _ as value or type`
	_() // ERROR `cannot use _ as value or type`
	var t struct{ _ int }
	t._ = 1 // ERROR `t\._ undefined \(type struct\{_ int\} has no field or method _\)`
	func() (_ int) { return _ }() // ERROR `cannot use _ as value or type`
}
