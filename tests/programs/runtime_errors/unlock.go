// exit: 2
// stderr: head
// Unlock of an unlocked mutex is fatal.
package main

import "sync"

func main() {
	defer func() { println("not recoverable", recover()) }()
	var mu sync.Mutex
	mu.Unlock()
}
