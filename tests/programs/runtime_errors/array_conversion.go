// exit: 2
// A slice too short for an array.
package main

//go:noinline
func conv(s []int) [4]int { return [4]int(s) }

func main() { println(conv([]int{1, 2})[0]) }
