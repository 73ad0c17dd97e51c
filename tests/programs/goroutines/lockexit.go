package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

// A goroutine that ends while locked to its thread ends the thread. What the thread had is used again: the address
// space does not grow with the number of threads that have been.

func main() {
	end := func(n int) {
		for range n {
			var wg sync.WaitGroup
			for range 20 {
				wg.Add(1)
				go func() {
					runtime.LockOSThread()
					wg.Done()
				}()
			}
			wg.Wait()
		}
	}
	end(10)
	before := pages()
	end(100)
	fmt.Println("grew by 100 MB:", pages()-before > 100<<20/os.Getpagesize())
}

// pages returns the size of the address space.
func pages() (n int) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	fmt.Fscan(strings.NewReader(string(text)), &n)
	return n
}
