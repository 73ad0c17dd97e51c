// The profile of leaked goroutines has those that wait for what nobody can do any more, and no others.
package main

import (
	"fmt"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"time"
)

var (
	global     = make(chan int)
	globalLock sync.Mutex
)

//go:noinline
func receives(c chan int) { <-c }

//go:noinline
func sends(c chan int) { c <- 1 }

//go:noinline
func selects(a, b chan int) {
	select {
	case <-a:
	case b <- 1:
	}
}

//go:noinline
func nothing() { select {} }

//go:noinline
func waits(wg *sync.WaitGroup) {
	wg.Add(1)
	wg.Wait()
}

//go:noinline
func condition(c *sync.Cond) {
	c.L.Lock()
	c.Wait()
}

//go:noinline
func chain(c chan int) {
	d := make(chan int)
	go receives(d)
	<-c
	d <- 1
}

//go:noinline
func alive(c chan int) {
	d := make(chan int)
	go sends(d)
	<-c
	<-d
}

//go:noinline
func later() { <-time.After(time.Hour) }

//go:noinline
func never() {
	t := time.NewTimer(time.Hour)
	t.Stop()
	<-t.C
}

var stopped = time.NewTimer(time.Hour)

//go:noinline
func perhaps() {
	stopped.Stop()
	<-stopped.C
}

//go:noinline
func locksGlobal() {
	globalLock.Lock()
	globalLock.Lock()
}

//go:noinline
func start() {
	go receives(make(chan int))
	go receives(nil)
	go sends(make(chan int))
	go sends(nil)
	go selects(make(chan int), make(chan int))
	go selects(make(chan int), global)
	go nothing()
	go waits(new(sync.WaitGroup))
	go condition(sync.NewCond(new(sync.Mutex)))
	go chain(make(chan int))
	go alive(global)
	go later()
	go never()
	go perhaps()
	go locksGlobal()
}

// leaked gives the number of leaked goroutines by the function that they began with.
func leaked() map[string]int {
	var text strings.Builder
	if err := pprof.Lookup("goroutineleak").WriteTo(&text, 1); err != nil {
		fmt.Println(err)
	}
	found := map[string]int{}
	for _, part := range strings.Split(text.String(), "\n\n") {
		count, last := "", ""
		for _, line := range strings.Split(part, "\n") {
			words := strings.Fields(line)
			if len(words) > 1 && words[1] == "@" {
				count = words[0]
			} else if strings.HasPrefix(line, "#") && len(words) > 2 {
				last, _, _ = strings.Cut(words[2], "+")
			}
		}
		if last != "" {
			n, err := strconv.Atoi(count)
			if err != nil {
				fmt.Println(err)
			}
			found[last] += n
		}
	}
	return found
}

//go:noinline
func twice(c chan int) {
	sends(c)
	sends(c)
}

// inDefer does not need its channel any more when its deferred function looks for those who wait for it.
func inDefer() {
	profile := pprof.Lookup("goroutineleak")
	c := make(chan int)
	defer func() {
		for range 100 {
			runtime.Gosched()
		}
		var text strings.Builder
		if err := profile.WriteTo(&text, 1); err != nil {
			fmt.Println(err)
		}
		fmt.Println(strings.Contains(text.String(), "main.twice"))
	}()
	go twice(c)
	<-c
}

func main() {
	inDefer()
	start()
	for range 100 {
		runtime.Gosched()
	}
	time.Sleep(10 * time.Millisecond)
	fmt.Println(leaked())
	fmt.Println(pprof.Lookup("goroutineleak").Count())
	buf := make([]byte, 1<<16)
	fmt.Println(strings.Count(string(buf[:runtime.Stack(buf, true)]), "(leaked)"))
}
