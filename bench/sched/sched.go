// Kernels of the scheduler: `sched NAME` runs one, sized to take stock Go a few tenths of a second; `sched` lists them.
package main

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var kernels = []struct {
	name string
	run  func() int
}{
	{"spawn", spawn},
	{"gosched", gosched},
	{"unbuffered", unbuffered},
	{"buffered", buffered},
	{"select2", select2},
	{"select4", select4},
	{"mutex", mutex},
	{"contended", contended},
	{"rwmutex", rwmutex},
	{"waitgroup", waitgroup},
	{"timers", timers},
	{"daisy", daisy},
	{"pull", pull},
}

func main() {
	if len(os.Args) < 2 {
		for _, k := range kernels {
			fmt.Println(k.name)
		}
		return
	}
	for _, k := range kernels {
		if k.name == os.Args[1] {
			fmt.Println(k.run())
			return
		}
	}
	fmt.Fprintln(os.Stderr, "no kernel", os.Args[1])
	os.Exit(2)
}

// Creation and exit of goroutines, a thousand at a time.
func spawn() int {
	var n atomic.Int64
	var wg sync.WaitGroup
	for range 1000 {
		wg.Add(1000)
		for range 1000 {
			go func() {
				n.Add(1)
				wg.Done()
			}()
		}
		wg.Wait()
	}
	return int(n.Load())
}

// Four goroutines that yield to each other.
func gosched() int {
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1_000_000 {
				runtime.Gosched()
			}
		})
	}
	wg.Wait()
	return 4
}

// Two goroutines that hand a value to each other.
func unbuffered() int {
	ping, pong := make(chan int), make(chan int)
	go func() {
		for x := range ping {
			pong <- x + 1
		}
	}()
	x := 0
	for range 1_000_000 {
		ping <- x
		x = <-pong
	}
	return x
}

// Two producers and two consumers with a buffer of 128 between them.
func buffered() int {
	c := make(chan int, 128)
	var producers, consumers sync.WaitGroup
	var sum atomic.Int64
	for range 2 {
		producers.Go(func() {
			for i := range 3_000_000 {
				c <- i
			}
		})
		consumers.Go(func() {
			s := 0
			for x := range c {
				s += x
			}
			sum.Add(int64(s))
		})
	}
	producers.Wait()
	close(c)
	consumers.Wait()
	return int(sum.Load())
}

// A select over two channels, fed by turns.
func select2() int {
	a, b, stop := make(chan int), make(chan int), make(chan bool)
	go func() {
		for i := range 500_000 {
			a <- i
			b <- -i
		}
		close(stop)
	}()
	s := 0
	for n := 0; n < 1_000_000; n++ {
		select {
		case x := <-a:
			s += x
		case x := <-b:
			s += x
		}
	}
	<-stop
	return s
}

// A select over four channels with four senders.
func select4() int {
	var c [4]chan int
	for i := range c {
		c[i] = make(chan int, 1)
		go func() {
			for x := range 250_000 {
				c[i] <- x
			}
		}()
	}
	s := 0
	for range 1_000_000 {
		select {
		case x := <-c[0]:
			s += x
		case x := <-c[1]:
			s += x
		case x := <-c[2]:
			s += x
		case x := <-c[3]:
			s += x
		}
	}
	return s
}

// A mutex that nobody else wants.
func mutex() int {
	var mu sync.Mutex
	n := 0
	for range 30_000_000 {
		mu.Lock()
		n++
		mu.Unlock()
	}
	return n
}

// A mutex that eight goroutines want.
func contended() int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for range 8 {
		wg.Go(func() {
			for range 4_000_000 {
				mu.Lock()
				n++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return n
}

// Eight goroutines read under a lock, every hundredth time they write.
func rwmutex() int {
	var mu sync.RWMutex
	var wg sync.WaitGroup
	var sum atomic.Int64
	m := map[int]int{}
	for g := range 8 {
		wg.Go(func() {
			s := 0
			for i := range 4_000_000 {
				if i%100 == 0 {
					mu.Lock()
					m[i%1000] = g
					mu.Unlock()
					continue
				}
				mu.RLock()
				s += len(m) - len(m) + 1
				mu.RUnlock()
			}
			sum.Add(int64(s))
		})
	}
	wg.Wait()
	return int(sum.Load())
}

// A hundred goroutines that all wait for one, again and again.
func waitgroup() int {
	n := 0
	for range 5000 {
		var start, done sync.WaitGroup
		start.Add(1)
		for range 100 {
			done.Go(func() { start.Wait() })
		}
		start.Done()
		done.Wait()
		n++
	}
	return n
}

// A million timers: armed, half of them stopped, the others awaited.
func timers() int {
	const n = 1_000_000
	var fired atomic.Int64
	all := make([]*time.Timer, 0, n)
	for i := range n {
		all = append(all, time.AfterFunc(time.Duration(i%1000)*time.Microsecond, func() { fired.Add(1) }))
	}
	stopped := 0
	for i := 0; i < n; i += 2 {
		if all[i].Stop() {
			stopped++
		}
	}
	for int(fired.Load())+stopped < n {
		time.Sleep(100 * time.Microsecond)
	}
	return n
}

// A chain of 100,000 goroutines, each adding one to what its right neighbour sends.
func daisy() int {
	const n = 100_000
	sum := 0
	for range 3 {
		leftmost := make(chan int)
		left := leftmost
		for range n {
			right := make(chan int)
			go func(l, r chan int) { l <- 1 + <-r }(left, right)
			left = right
		}
		go func() { left <- 1 }()
		sum += <-leftmost
	}
	return sum
}

// An iterator, pulled.
func pull() int {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	defer stop()
	s := 0
	for range 3_000_000 {
		x, _ := next()
		s += x
	}
	return s
}
