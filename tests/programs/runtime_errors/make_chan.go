// exit: 2
// make of a channel with a bad size.
package main

//go:noinline
func mk(n int) chan int { return make(chan int, n) }

func main() { println(len(mk(-1))) }
