// Profiles name what goroutines do in the runtime, and where that is declared.
package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
)

// own gives the functions of a stack up to the first of package main, and the file of the innermost.
func own(stack []uintptr) (names []string, file string) {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if len(names) == 0 {
			file = filepath.Base(filepath.Dir(f.File)) + "/" + filepath.Base(f.File)
		}
		names = append(names, f.Function)
		if !more || strings.HasPrefix(f.Function, "main.") {
			return
		}
	}
}

// calls gives the functions of a stack, one for each address.
func calls(stack []uintptr) (names []string) {
	for _, pc := range stack {
		names = append(names, runtime.FuncForPC(pc-1).Name())
	}
	return
}

//go:noinline
func receives(c chan int) { <-c }

//go:noinline
func receivesTwo(c chan int) {
	_, ok := <-c
	_ = ok
}

//go:noinline
func sends(c chan int) { c <- 1 }

//go:noinline
func selects(c, d chan int) {
	select {
	case <-c:
	case <-d:
	}
}

//go:noinline
func blocks() { select {} }

//go:noinline
func waits(wg *sync.WaitGroup) { wg.Wait() }

//go:noinline
func waitsForCond(c *sync.Cond) {
	c.L.Lock()
	c.Wait()
	c.L.Unlock()
}

//go:noinline
func sleeps() { time.Sleep(100 * time.Millisecond) }

func locks(mu *sync.Mutex)   { locksIn(mu) }
func locksIn(mu *sync.Mutex) { mu.Lock(); mu.Unlock() }

func goroutines() {
	var wg sync.WaitGroup
	wg.Add(1)
	// One for each that can be ended.
	c, d, e, s, t := make(chan int), make(chan int), make(chan int), make(chan int), make(chan int)
	go receives(c)
	go receivesTwo(d)
	go sends(e)
	go selects(s, t)
	go blocks()
	go waits(&wg)
	cond := sync.NewCond(new(sync.Mutex))
	go waitsForCond(cond)
	go sleeps()
	time.Sleep(20 * time.Millisecond)
	records := make([]runtime.StackRecord, 100)
	n, _ := runtime.GoroutineProfile(records)
	for _, want := range []string{"receives", "receivesTwo", "sends", "selects", "blocks", "waits", "waitsForCond", "sleeps"} {
		for _, r := range records[:n] {
			if names, file := own(r.Stack()); names[len(names)-1] == "main."+want {
				fmt.Println(names, file)
			}
		}
	}
	c <- 1
	close(d)
	<-e
	s <- 1
	wg.Done()
	cond.Signal()
}

func waitsOfAll() {
	runtime.SetBlockProfileRate(1)
	c := make(chan int)
	go func() {
		time.Sleep(10 * time.Millisecond)
		c <- 1
	}()
	receives(c)
	go func() {
		time.Sleep(10 * time.Millisecond)
		<-c
	}()
	sends(c)
	go func() {
		time.Sleep(10 * time.Millisecond)
		c <- 1
	}()
	selects(c, nil)
	var mu sync.Mutex
	mu.Lock()
	go func() {
		time.Sleep(10 * time.Millisecond)
		mu.Unlock()
	}()
	locks(&mu)
	runtime.SetBlockProfileRate(0)
	records := make([]runtime.BlockProfileRecord, 100)
	n, _ := runtime.BlockProfile(records)
	for _, want := range []string{"receives", "sends", "selects", "locksIn"} {
		for _, r := range records[:n] {
			if names, file := own(r.Stack()); names[len(names)-1] == "main."+want {
				fmt.Println(names, file)
				fmt.Println(calls(r.Stack()))
			}
		}
	}
}

func main() {
	goroutines()
	waitsOfAll()
}
