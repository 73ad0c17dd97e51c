package main

//go:linkname f runtime.f
func f() // ERROR `missing function body`

func main() { f() }

// WANT `//go:linkname only allowed in Go files that import "unsafe"`
