// exit: 2
// stderr: head
// Two goroutines wait for one another.
package main

import "runtime"

func main() {
	a, b := make(chan int), make(chan int)
	go func() {
		b <- <-a
	}()
	runtime.Gosched()
	<-b
}
