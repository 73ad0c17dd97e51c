package main

//go:embed a.txt
var s string

func main() { _ = s }

// WANT `go:embed requires import "embed" \(or import _ "embed", if package is n`
