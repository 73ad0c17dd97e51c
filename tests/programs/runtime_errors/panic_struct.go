// exit: 2
// A value of a type the runtime does not print.
package main

type point struct{ x, y int }

func main() { panic(point{1, 2}) }
