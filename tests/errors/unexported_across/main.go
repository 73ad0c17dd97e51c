package main

import (
	"fmt"

	"example.com/un/lib"
)

type local struct{}

func (local) hidden() {}

func main() {
	lib.helper()              // ERROR "undefined: lib.helper"
	v := lib.T{1, 2}          // ERROR "implicit assignment to unexported field|unexported field b"
	v.b = 3                   // ERROR "v.b undefined"
	var i lib.I = local{}     // ERROR "does not implement lib.I"
	fmt.println(i, lib.Const) // ERROR "undefined: fmt.println"
	lib.Const = 4             // ERROR `use of package lib not in selector` `cannot assign`
}
