// Which of two indices out of range is found first in an assignment of several values.
package main

import "fmt"

func try(f func()) {
	defer func() { fmt.Println(recover()) }()
	f()
}

//go:noinline
func sideways(s []int, n int) {
	s[len(s)-1], s[n] = s[n], s[len(s)-1]
}

//go:noinline
func called(s []int) {
	s[len(s)-1], s[uint(len(map[uint32]bool{1: true}))%1] = s[uint(len(map[uint32]bool{1: true}))%1], s[len(s)-1]
}

func main() {
	try(func() { sideways(nil, 0) })
	try(func() { called(nil) })
	try(func() { s := []int{}; i := 3; s[i], s[i+1] = s[i+2], s[i+3] })
}
