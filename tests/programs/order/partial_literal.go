// A literal that is returned is built in the result: a recovered panic in the middle of it leaves a part.
package main

import "fmt"

type big struct {
	a, b [3]int
	s    []int
}

//go:noinline
func array(i int) [4]int {
	defer func() { recover() }()
	s := []int{1, 2}
	return [4]int{s[0], s[1], s[i], s[0]}
}

//go:noinline
func structure(i int) big {
	defer func() { recover() }()
	s := []int{1, 2}
	return big{a: [3]int{1, 2, 3}, b: [3]int{4, s[i], 5}, s: s[1:]}
}

func main() {
	fmt.Println(array(1), structure(1))
	fmt.Println(array(2), structure(2))
}
