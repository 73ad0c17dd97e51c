// exit: 2
// An uncaught panic with an error type of our own; its Error method runs.
package main

type myErr struct{ code int }

func (e *myErr) Error() string { return "my error" }

func main() {
	println("before")
	panic(&myErr{7})
}
