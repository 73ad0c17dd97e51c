package main

import _ "unsafe"

//go:linkname missing runtime.missing

//go:linkname twice runtime.a
//go:linkname twice runtime.b

//go:linkname generic runtime.f[int]

//go:linkname T runtime.T

func twice()

func generic() {}

func noBody() // ERROR `missing function body`

type T int

func main() {}

// WANT `//go:linkname must refer to declared function or variable`
// WANT `duplicate //go:linkname for twice`
// WANT `//go:linkname reference of an instantiation is not allowed`
// WANT `//go:linkname must refer to declared function or variable`
