// env: GOMAXPROCS=2
// Goroutines of the runtime do not count.
package main

import (
	"fmt"
	"runtime"
)

var early = runtime.NumGoroutine()

func main() {
	fmt.Println(early, runtime.NumGoroutine())
	done, gate := make(chan bool), make(chan bool)
	for range 10 {
		go func() {
			<-gate
			done <- true
		}()
	}
	fmt.Println(runtime.NumGoroutine())
	close(gate)
	for range 10 {
		<-done
	}
	for runtime.NumGoroutine() > 1 {
		runtime.Gosched()
	}
	// Only a positive number changes anything.
	fmt.Println(runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(-5), runtime.GOMAXPROCS(3), runtime.GOMAXPROCS(1), runtime.GOMAXPROCS(0))
}
