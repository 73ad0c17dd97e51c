package main

import (
	"bytes"
	"strings"
)

func main() {
	var b bytes.Buffer
	b.buf = nil // ERROR `b\.buf undefined \(cannot refer to unexported field buf\)`
	b.grow(1) // ERROR `b\.grow undefined \(cannot refer to unexported method grow\)`
	strings.explode("a", 1) // ERROR `undefined: strings\.explode`
	strings.Missing() // ERROR `undefined: strings\.Missing`
	_ = strings.Builder{addr: nil} // ERROR `cannot refer to unexported field addr in struct literal of type strings\.Builder`
	strings = 1 // ERROR `use of package strings not in selector`
	_ = strings // ERROR `use of package strings not in selector`
}
