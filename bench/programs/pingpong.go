// Channels: unbuffered hand-off between two goroutines.
package main

import "fmt"

func main() {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for x := range ping {
			pong <- x + 1
		}
		close(pong)
	}()
	x := 0
	for range 1_000_000 {
		ping <- x
		x = <-pong
	}
	close(ping)
	fmt.Println(x)
}
