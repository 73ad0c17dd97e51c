// A recursion of a million levels, on the main goroutine and on others, with growing frames and pointers to stack
// variables that stay valid.
package main

import "fmt"

func depth(n int) int {
	if n == 0 {
		return 0
	}
	return depth(n-1) + 1
}

func chain(n int, up *int) int {
	var x [10]int
	x[n%10] = *up + 1
	if n == 0 {
		return x[0]
	}
	r := chain(n-1, &x[n%10])
	if x[n%10] != *up+1 {
		panic("stack variable changed")
	}
	return r
}

func large(n int) int {
	var buf [4096]byte
	buf[n%4096] = byte(n)
	if n == 0 {
		return int(buf[0])
	}
	return large(n-1) + int(buf[n%4096])
}

func split(n int) (s int) {
	for i := range n {
		s += depth(i % 50)
	}
	return
}

func main() {
	fmt.Println(depth(1_000_000))
	x := 0
	fmt.Println(chain(100_000, &x), large(10_000))
	c := make(chan int)
	for i := range 10 {
		go func() { c <- depth(50_000+i) + split(10_000) }()
	}
	s := 0
	for range 10 {
		s += <-c
	}
	fmt.Println(s)
	defer func() {
		r := recover()
		fmt.Println(r)
		fmt.Println(depth(100_000))
	}()
	var f func(int) int
	f = func(n int) int {
		if n == 0 {
			panic("at the bottom")
		}
		return f(n-1) + 1
	}
	f(100_000)
}
