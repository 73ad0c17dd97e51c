// exit: 2
// All goroutines are asleep.
package main

func main() {
	println("waiting")
	<-make(chan int)
}
