// exit: 2
// Index out of range.
package main

import "os"

//go:noinline
func get(s []int, i int) int { return s[i] }

func main() { println(get([]int{1, 2, 3}, len(os.Args)+4)) }
