// exit: 2
// A method of a nil interface.
package main

type I interface{ M() }

//go:noinline
func call(i I) { i.M() }

func main() { call(nil) }
