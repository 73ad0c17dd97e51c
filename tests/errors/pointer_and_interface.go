package main

func main() {
	type I interface{ M() }
	var p *I
	p.M() // ERROR `p\.M undefined \(type \*I is pointer to interface, not interface\)`
	var q *int = 5 // ERROR `cannot use 5 \(untyped int constant\) as \*int value in variable declaration`
	var i I = nil
	*i = 5 // ERROR `invalid operation: cannot indirect i \(variable of interface type I\)`
	var e error = nil
	e.Missing() // ERROR `e\.Missing undefined \(type error has no field or method Missing\)`
	var pp **struct{ x int }
	pp.x = 1 // ERROR `pp\.x undefined \(type \*\*struct\{x int\} has no field or method x\)`
	_ = q
}
