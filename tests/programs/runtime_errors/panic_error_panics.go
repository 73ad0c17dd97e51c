// exit: 2
// stderr: head
// An Error method that panics while the panic is printed.
package main

type bad struct{}

func (bad) Error() string { panic("in Error") }

func main() { panic(bad{}) }
