// A deferred call is recorded by a function that is the first on a segment of the stack, at whatever depth that is.
package main

import "fmt"

//go:noinline
func deferring(n int, zero *int) (result int) {
	for range 1 + n%2 {
		defer func(n int) {
			result += n
			recover()
		}(n)
	}
	return *zero
}

//go:noinline
func deep(n, at int) int {
	if n > 0 {
		return deep(n-1, at)
	}
	return deferring(at, nil)
}

func main() {
	sum := 0
	for at := range 3000 {
		done := make(chan int)
		go func() { done <- deep(at/2, at) }()
		sum += <-done
	}
	fmt.Println(sum)
}
