// env: GOMAXPROCS=16
// Helpers share the stacks of goroutines, some of which run: what each holds stays.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

type node struct {
	id   int
	next *node
}

func hold(depth int, n *node, ready *sync.WaitGroup, release chan bool) int {
	mine := &node{depth, n}
	if depth == 0 {
		ready.Done()
		<-release
		s := 0
		for x := mine; x != nil; x = x.next {
			s += x.id
		}
		return s
	}
	r := hold(depth-1, mine, ready, release)
	if mine.id != depth {
		panic("lost")
	}
	return r
}

func main() {
	const n = 1500
	var ready, done sync.WaitGroup
	release := make(chan bool)
	ready.Add(n)
	var mu sync.Mutex
	total := 0
	for i := range n {
		done.Go(func() { s := hold(i%60, nil, &ready, release); mu.Lock(); total += s; mu.Unlock() })
	}
	stop := make(chan bool)
	for range 3 {
		go func() {
			x := []*node{}
			for {
				select {
				case <-stop:
					return
				default:
				}
				x = append(x, &node{})
				if len(x) > 1000 {
					x = nil
				}
			}
		}()
	}
	ready.Wait()
	for range 15 {
		runtime.GC()
	}
	close(release)
	done.Wait()
	close(stop)
	fmt.Println(total)
}
