package main

import _ "unsafe"

//go:linkname a
func a() {}

//go:linkname b runtime.b
var b int

//go:linkname nosuch runtime.x

//go:linkname a main.other

//go:linkname d time.x
const d = 1

//go:linkname T time.T
type T int

func main() {
	//go:linkname e runtime.e
	b++
}

// WANT `//go:linkname must refer to declared function or variable`
// WANT `duplicate //go:linkname for a`
