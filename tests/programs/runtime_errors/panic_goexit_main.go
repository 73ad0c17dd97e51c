// exit: 2
// Goexit of the main goroutine with no others left.
package main

import "runtime"

func main() {
	defer println("deferred")
	runtime.Goexit()
}
