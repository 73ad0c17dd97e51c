// Allocation and collection: binary trees.
package main

import "fmt"

type node struct{ left, right *node }

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{build(depth - 1), build(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func main() {
	const depth = 16
	long, total := build(depth), 0
	for d := 4; d <= depth; d += 4 {
		for range 1 << (depth - d + 4) {
			total += build(d).count()
		}
	}
	fmt.Println(total, long.count())
}
