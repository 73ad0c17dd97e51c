// exit: 2
// stderr: head
// A wait group that is never done.
package main

import "sync"

func main() {
	var wg sync.WaitGroup
	wg.Add(1)
	wg.Wait()
}
