// Generic and interface sorting.
package main

import (
	"fmt"
	"slices"
	"sort"
)

func numbers(n int) []int {
	s, x := make([]int, n), uint32(1)
	for i := range s {
		x = x*1664525 + 1013904223
		s[i] = int(x >> 4)
	}
	return s
}

func main() {
	a, b, c := numbers(2_000_000), numbers(1_000_000), numbers(500_000)
	slices.Sort(a)
	sort.Sort(sort.IntSlice(b))
	slices.SortFunc(c, func(x, y int) int { return y - x })
	fmt.Println(a[1000], b[1000], c[1000])
}
