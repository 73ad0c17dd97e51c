// exit: 2
// stderr: head
// Infinite recursion.
package main

func f(n int) int { return f(n+1) + 1 }

func main() { println(f(0)) }
