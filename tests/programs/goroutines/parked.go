// 100,000 goroutines parked at once on channels, then woken.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	const n = 100_000
	gate, out := make(chan struct{}), make(chan int)
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-gate
			out <- i
		})
	}
	ready.Wait()
	fmt.Println(runtime.NumGoroutine() >= n)
	close(gate)
	sum := 0
	for range n {
		sum += <-out
	}
	done.Wait()
	fmt.Println(sum)
}
