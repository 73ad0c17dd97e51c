// A program with data races and no clock, timer or input: what it prints depends on the schedule only.
package main

import (
	"fmt"
	"sync"
)

func main() {
	var wg sync.WaitGroup
	c := make(chan int, 3)
	n := 0
	m := map[string]int{}
	var mu sync.Mutex
	for g := range 6 {
		wg.Go(func() {
			for i := range 20 {
				x := n
				select {
				case c <- g*100 + i:
				case y := <-c:
					n = x + y
				}
				mu.Lock()
				m[fmt.Sprint(i%7)] += g
				mu.Unlock()
				n = x + 1
			}
		})
	}
	go func() {
		for range c {
		}
	}()
	wg.Wait()
	order := ""
	for k := range m {
		order += k
	}
	fmt.Println(n, order)
}
