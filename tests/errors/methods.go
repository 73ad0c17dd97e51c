package main

func (x int) m() {} // ERROR `cannot define new methods on non-local type int`

func (x *missing) m() {} // ERROR `undefined: missing`

type P *int

func (P) m() {} // ERROR `invalid receiver type P \(pointer or interface type\)`

type I interface{ M() }

func (I) n() {} // ERROR `invalid receiver type I \(pointer or interface type\)`

func (a, b T) o() {} // ERROR `method has multiple receivers`

type T struct{}

func (**T) q() {} // ERROR `invalid receiver type \*\*T`

func () r() {} // ERROR `method has no receiver`

func init() int { return 1 } // ERROR `func init must have no arguments and no return values`

func main(args []string) {} // ERROR `func main must have no arguments and no return values`
