// exit: 2
// A nil channel.
package main

func main() {
	var c chan int
	c <- 1
}
