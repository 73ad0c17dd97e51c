// A million goroutines parked at once, for `cargo xtask bench parked`. Prints nanoseconds to create them and until all
// have parked, nanoseconds to wake them and until all have ended, and bytes of resident memory for each.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

func main() {
	const n = 1_000_000
	gate := make(chan struct{})
	var ready, done sync.WaitGroup
	before := resident()
	start := time.Now()
	ready.Add(n)
	done.Add(n)
	for range n {
		go func() {
			ready.Done()
			<-gate
			done.Done()
		}()
	}
	ready.Wait()
	created := time.Since(start)
	size := (resident() - before) / n
	start = time.Now()
	close(gate)
	done.Wait()
	fmt.Println(created.Nanoseconds(), time.Since(start).Nanoseconds(), size)
}

// resident is the resident memory of this process in bytes.
func resident() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		panic(err)
	}
	return kb * 1024
}
