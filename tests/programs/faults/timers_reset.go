// env: GOMAXPROCS=4
// 100,000 timers that are reset, stopped and fire at the same time.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	const n = 100_000
	var fired atomic.Int64
	timers := make([]*time.Timer, n)
	for i := range timers {
		timers[i] = time.AfterFunc(time.Hour, func() { fired.Add(1) })
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for round := range 3 {
				for i := g; i < n; i += 4 {
					timers[i].Reset(time.Duration((i+round)%500) * time.Microsecond)
				}
			}
		})
	}
	wg.Wait()
	for i := range timers {
		// What has not fired by now never will.
		timers[i].Stop()
	}
	// Those that have fired run in goroutines of their own.
	for runtime.NumGoroutine() > 1 {
		time.Sleep(time.Millisecond)
	}
	before := fired.Load()
	time.Sleep(50 * time.Millisecond)
	fmt.Println(before > 0, fired.Load() == before)

	// A channel timer never delivers a value from before its last Reset.
	var stale atomic.Int64
	for range 50 {
		wg.Go(func() {
			t := time.NewTimer(time.Microsecond)
			for range 200 {
				start := time.Now()
				t.Reset(100 * time.Microsecond)
				if at := <-t.C; at.Before(start) {
					stale.Add(1)
				}
				t.Reset(time.Nanosecond)
			}
		})
	}
	wg.Wait()
	fmt.Println(stale.Load())
}
