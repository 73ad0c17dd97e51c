// exit: 2
// A panic while a package is initialised.
package main

var x = f()

func f() int { panic("in a package variable") }

func main() { println(x) }
