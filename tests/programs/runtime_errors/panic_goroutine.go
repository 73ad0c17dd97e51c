// exit: 2
// stderr: head
// A panic in another goroutine ends the program.
package main

func main() {
	go func() {
		defer println("deferred in goroutine")
		panic("elsewhere")
	}()
	select {}
}
