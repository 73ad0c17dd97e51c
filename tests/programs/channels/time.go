// env: GOMAXPROCS=4
// Timers, tickers, timeouts, time.After in select, Reset and Stop, AfterFunc, Sleep ordering.
package main

import (
	"fmt"
	"sync"
	"time"
)

func main() {
	start := time.Now()
	time.Sleep(20 * time.Millisecond)
	d := time.Since(start)
	fmt.Println(d >= 20*time.Millisecond, d < 2*time.Second)
	select {
	case <-time.After(5 * time.Millisecond):
		fmt.Println("timeout")
	case <-make(chan int):
	}
	var mu sync.Mutex
	var order []int
	var wg sync.WaitGroup
	for _, ms := range []int{450, 150, 750, 0, 300} {
		wg.Go(func() {
			time.Sleep(time.Duration(ms) * time.Millisecond)
			mu.Lock()
			order = append(order, ms)
			mu.Unlock()
		})
	}
	wg.Wait()
	fmt.Println(order)
	t := time.NewTicker(5 * time.Millisecond)
	n := 0
	for range t.C {
		if n++; n == 5 {
			t.Stop()
			break
		}
	}
	fmt.Println(n)
	select {
	case <-t.C:
		fmt.Println("tick after stop")
	case <-time.After(20 * time.Millisecond):
		fmt.Println("stopped")
	}
	tm := time.NewTimer(time.Hour)
	fmt.Println(tm.Stop(), tm.Stop(), tm.Reset(time.Millisecond))
	<-tm.C
	fmt.Println(tm.Stop(), len(tm.C), cap(tm.C))
	done := make(chan string)
	af := time.AfterFunc(time.Millisecond, func() { done <- "after func" })
	fmt.Println(<-done, af.Stop())
	af = time.AfterFunc(time.Hour, func() { done <- "never" })
	fmt.Println(af.Stop(), af.Reset(time.Millisecond))
	fmt.Println(<-done)
	old := time.NewTimer(time.Millisecond)
	time.Sleep(10 * time.Millisecond)
	old.Reset(10 * time.Millisecond)
	select {
	case <-old.C:
		fmt.Println("stale value")
	default:
		fmt.Println("no stale value")
	}
	deadline := time.After(50 * time.Millisecond)
	ticks := 0
	tick := time.Tick(5 * time.Millisecond)
	for running := true; running; {
		select {
		case <-tick:
			ticks++
		case <-deadline:
			running = false
		}
	}
	fmt.Println(ticks > 2, ticks < 12)
	var timers []*time.Timer
	var fired sync.WaitGroup
	for i := range 1000 {
		fired.Add(1)
		timers = append(timers, time.AfterFunc(time.Duration(i%10)*time.Millisecond, fired.Done))
	}
	fired.Wait()
	fmt.Println(len(timers))
}
