// exit: 2
// A negative wait group counter.
package main

import "sync"

func main() {
	var wg sync.WaitGroup
	wg.Done()
}
