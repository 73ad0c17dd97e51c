// Goroutines: creation, a little work, and the end.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func main() {
	var total atomic.Int64
	for range 20 {
		var wg sync.WaitGroup
		for i := range 50_000 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				total.Add(int64(i))
			}()
		}
		wg.Wait()
	}
	fmt.Println(total.Load())
}
