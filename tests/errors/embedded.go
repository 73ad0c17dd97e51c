package main

type A struct{ X int }

type B struct{ X string }

type C struct {
	A
	B
}

type D struct{ *E } // ERROR `embedded field type cannot be a pointer to an interface`

type E interface{ M() }

type F struct {
	A
	*A // ERROR `A redeclared`
}

func main() {
	var c C
	_ = c.X // ERROR `ambiguous selector c\.X`
	c.Y = 1 // ERROR `c\.Y undefined \(type C has no field or method Y\)`
	_ = C{X: 1} // ERROR `unknown field X in struct literal of type C`
	_ = C{A{1}} // ERROR `too few values in struct literal of type C`
}
