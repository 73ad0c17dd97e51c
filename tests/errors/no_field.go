package main

type T struct{ Name string }

func (T) Get() {}

func main() {
	var t T
	t.name = "" // ERROR `t\.name undefined \(type T has no field or method name, but does have field Name\)`
	t.Missing = 1 // ERROR `t\.Missing undefined \(type T has no field or method Missing\)`
	t.get() // ERROR `t\.get undefined \(type T has no field or method get, but does have method Get\)`
	t.Get = nil // ERROR `cannot assign to t\.Get \(neither addressable nor a map index expression\)`
	var p **T
	p.Name = "" // ERROR `p\.Name undefined \(type \*\*T has no field or method Name\)`
	var i any
	i.x() // ERROR `i\.x undefined \(type any has no field or method x\)`
	_ = T{name: "x"} // ERROR `unknown field name in struct literal of type T, but does have Name`
	_ = T{Name: 1} // ERROR `cannot use 1 \(untyped int constant\) as string value in struct literal`
	_ = T{"a", "b"} // ERROR `too many values in struct literal of type T`
	_ = T{Name: "a", "b"} // ERROR `mixture of field:value and value elements in struct literal`
	_ = T{Name: "a", Name: "b"} // ERROR `duplicate field name Name in struct literal`
}
