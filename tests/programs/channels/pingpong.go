// env: GOMAXPROCS=4
// runs: 5
// Many goroutines in a ring, and unbuffered hand-off between pairs.
package main

import "fmt"

func main() {
	const n = 1000
	first := make(chan int)
	in := first
	for range n {
		from, out := in, make(chan int)
		go func() {
			for x := range from {
				out <- x + 1
			}
			close(out)
		}()
		in = out
	}
	go func() {
		for i := range 50 {
			first <- i
		}
		close(first)
	}()
	sum := 0
	for x := range in {
		sum += x
	}
	fmt.Println(sum)
	a, b := make(chan int), make(chan int)
	go func() {
		for x := range a {
			b <- x + 1
		}
		close(b)
	}()
	x := 0
	for range 20000 {
		a <- x
		x = <-b
	}
	close(a)
	_, ok := <-b
	fmt.Println(x, ok)
}
