// exit: 2
// Index out of range in an array, unsigned index.
package main

//go:noinline
func get(a *[4]int, i uint64) int { return a[i] }

func main() { println(get(&[4]int{}, 1<<63+5)) }
