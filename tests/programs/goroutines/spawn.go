// env: GOMAXPROCS=4
// runs: 3
// Goroutines that start goroutines, arguments evaluated at the go statement, method and builtin forms.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type acc struct {
	mu sync.Mutex
	n  int
}

func (a *acc) add(n int, wg *sync.WaitGroup) {
	defer wg.Done()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n += n
}

func spread(depth int, a *acc, wg *sync.WaitGroup) {
	if depth == 0 {
		a.add(1, wg)
		return
	}
	wg.Add(1)
	go spread(depth-1, a, wg)
	spread(depth-1, a, wg)
}

type adder interface {
	add(n int, wg *sync.WaitGroup)
}

func main() {
	var a acc
	var wg sync.WaitGroup
	wg.Add(1)
	spread(12, &a, &wg)
	wg.Wait()
	fmt.Println(a.n)
	x := 1
	c := make(chan int, 2)
	wg.Add(3)
	go func(v int) { c <- v; wg.Done() }(x)
	x = 2
	go a.add(x, &wg)
	x = 3
	go adder(&a).add(x, &wg)
	wg.Wait()
	fmt.Println(<-c, a.n)
	m := map[int]int{1: 1}
	go delete(m, 2)
	go close(c)
	_, ok := <-c
	fmt.Println(ok)
	for range 100 {
		runtime.Gosched()
	}
	old := runtime.GOMAXPROCS(2)
	fmt.Println(old, runtime.GOMAXPROCS(0), runtime.NumCPU() > 0, runtime.NumGoroutine() < 10)
	stop := make(chan bool)
	runtime.GOMAXPROCS(1)
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				stop <- true
				return
			default:
			}
		}
	}()
	runtime.Gosched()
	stop <- true
	fmt.Println(<-stop)
}
