// exit: 2
// stderr: head
// A runtime error in a goroutine with a recovered panic before.
package main

func main() {
	func() {
		defer func() { recover() }()
		panic("first")
	}()
	done := make(chan int)
	go func() {
		var p *int
		*p = 1
		close(done)
	}()
	<-done
}
