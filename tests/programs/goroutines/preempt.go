// env: GOMAXPROCS=1
// A loop without calls does not keep others from running, nor the collector from collecting, nor the process from
// exiting. With GODEBUG=asyncpreemptoff=1 it does: then this program hangs.
package main

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"time"
)

func main() {
	var stop atomic.Bool
	var spins int64
	go func() {
		for !stop.Load() {
			spins++
		}
	}()
	go func() {
		x := 0
		for {
			x++
		}
	}()
	time.Sleep(30 * time.Millisecond)
	runtime.GC()
	stop.Store(true)
	fmt.Println("alive")
}
