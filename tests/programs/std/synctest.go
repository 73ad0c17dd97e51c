// Bubbles of testing/synctest: a fake clock, waiting for the others, and what durably blocks.
package main

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var all = []testing.InternalTest{
	{"Clock", clock}, {"Wait", wait}, {"Timers", timers}, {"Context", contexts}, {"Cond", cond}, {"Pull", pull},
	{"Ticker", ticker},
}

func main() {
	testing.Main(func(pat, str string) (bool, error) { return true, nil }, all, nil, nil)
}

func clock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		fmt.Println(start.UTC(), start == start.Round(0))
		time.Sleep(36 * time.Hour)
		fmt.Println(time.Since(start))
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() { time.Sleep(time.Duration(i) * time.Minute) })
		}
		wg.Wait()
		fmt.Println(time.Since(start))
	})
}

func wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n int
		c := make(chan int)
		for i := range 50 {
			go func() {
				time.Sleep(time.Second)
				c <- i
			}()
		}
		go func() {
			for range 50 {
				n += <-c
			}
		}()
		synctest.Wait()
		fmt.Println(n)
		time.Sleep(time.Second)
		synctest.Wait()
		fmt.Println(n)
	})
}

func timers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		fired := false
		time.AfterFunc(time.Minute, func() { fired = true })
		tm := time.NewTimer(10 * time.Second)
		fmt.Println(tm.Reset(20*time.Second), (<-tm.C).Sub(start), tm.Stop())
		tm.Reset(time.Second)
		time.Sleep(5 * time.Second)
		select {
		case at := <-tm.C:
			fmt.Println(at.Sub(start), time.Since(start))
		default:
			fmt.Println("nothing")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		fmt.Println(fired)
	})
}

func contexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		time.Sleep(5*time.Second - time.Nanosecond)
		synctest.Wait()
		fmt.Println(ctx.Err())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		fmt.Println(ctx.Err())
	})
}

func cond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		c := sync.NewCond(&mu)
		n := 0
		for range 10 {
			go func() {
				mu.Lock()
				defer mu.Unlock()
				c.Wait()
				n++
			}()
		}
		synctest.Wait()
		c.Signal()
		synctest.Wait()
		fmt.Println(n)
		c.Broadcast()
		synctest.Wait()
		fmt.Println(n)
	})
}

func pull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next, stop := iter.Pull(func(yield func(time.Duration) bool) {
			start := time.Now()
			for yield(time.Since(start)) {
				time.Sleep(time.Second)
			}
		})
		for range 3 {
			fmt.Println(next())
		}
		stop()
	})
}

func ticker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		tick := time.NewTicker(3 * time.Second)
		defer tick.Stop()
		for range 3 {
			fmt.Println((<-tick.C).Sub(start))
		}
		time.Sleep(10 * time.Second)
		fmt.Println((<-tick.C).Sub(start), (<-tick.C).Sub(start))
	})
}
