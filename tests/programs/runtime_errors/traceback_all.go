// exit: 2
// env: GOTRACEBACK=all GOMAXPROCS=1
// stderr: head
// GOTRACEBACK=all prints other goroutines too.
package main

import "runtime"

func main() {
	go func() { select {} }()
	runtime.Gosched()
	panic("with others")
}
