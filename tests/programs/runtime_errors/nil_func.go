// exit: 2
// Calling a nil function.
package main

//go:noinline
func call(f func()) { f() }

func main() { call(nil) }
