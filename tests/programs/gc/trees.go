// env: GOMAXPROCS=2
// Binary trees, kept and dropped.
package main

import (
	"fmt"
	"sync"
)

type node struct{ left, right *node }

func build(d int) *node {
	if d == 0 {
		return &node{}
	}
	return &node{build(d - 1), build(d - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func main() {
	const depth = 14
	long := build(depth)
	for d := 4; d <= depth; d += 4 {
		n := 1 << (depth - d + 4)
		total := 0
		for range n {
			total += build(d).count()
		}
		fmt.Println(n, d, total)
	}
	var wg sync.WaitGroup
	sums := make([]int, 4)
	for i := range sums {
		wg.Go(func() {
			for range 40 {
				sums[i] += build(10).count()
			}
		})
	}
	wg.Wait()
	fmt.Println(sums, long.count())
}
