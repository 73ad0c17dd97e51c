// env: GOMAXPROCS=4
// runs: 10
// A worker pool with results in order, a semaphore channel, a barrier, producers and consumers.
package main

import (
	"fmt"
	"hash/fnv"
	"sync"
)

type job struct{ id, n int }
type result struct {
	id int
	h  uint64
}

func work(n int) uint64 {
	h := fnv.New64a()
	for i := range n {
		fmt.Fprint(h, i, ",")
	}
	return h.Sum64()
}

func main() {
	jobs, results := make(chan job), make(chan result, 3)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for j := range jobs {
				results <- result{j.id, work(j.n)}
			}
		})
	}
	go func() {
		for i := range 200 {
			jobs <- job{i, i * 3 % 101}
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	all := make([]uint64, 200)
	for r := range results {
		all[r.id] = r.h
	}
	var x uint64
	for i, h := range all {
		x = x*31 + h ^ uint64(i)
	}
	fmt.Println(x)
	sem := make(chan struct{}, 3)
	var mu sync.Mutex
	running, most := 0, 0
	for range 50 {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			work(20)
			mu.Lock()
			running--
			mu.Unlock()
		})
	}
	wg.Wait()
	fmt.Println(most <= 3, running)
}
