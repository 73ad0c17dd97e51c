// A goroutine that waits for a timer's channel holds nothing but its place in the queue: collections leave the timer.
package main

import (
	"fmt"
	"runtime"
	"time"
)

func main() {
	for range 5 {
		go func() {
			time.Sleep(time.Millisecond)
			runtime.GC()
			runtime.GC()
		}()
		<-time.After(8 * time.Millisecond)
	}
	fmt.Println("after")
	done := make(chan bool)
	go func() {
		select {
		case <-time.NewTimer(8 * time.Millisecond).C:
			done <- true
		case <-make(chan int):
		}
	}()
	time.Sleep(time.Millisecond)
	runtime.GC()
	fmt.Println(<-done)
}
