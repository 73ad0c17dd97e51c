// exit: 2
// A negative shift.
package main

//go:noinline
func sh(n int) int { return 1 << n }

func main() { println(sh(-3)) }
