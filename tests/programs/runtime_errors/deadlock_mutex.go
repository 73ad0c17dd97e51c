// exit: 2
// stderr: head
// A mutex locked twice.
package main

import "sync"

func main() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock()
}
