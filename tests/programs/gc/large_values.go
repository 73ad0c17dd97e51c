// Elements larger than what the collector reads at a time: a part of one after the other, with pointers and without.
package main

import (
	"fmt"
	"runtime"
	"unsafe"
)

type T struct {
	a int
	p *int
	s []string
	n [3]int
}
type big struct {
	pad  [1000]int
	ts   [5000]T
	q    *int
	tail [3000]*int
	rest [9000]int
}

func fill(b *big, k int) {
	for i := range b.ts {
		x := i + k
		b.ts[i].p = &x
		b.ts[i].s = []string{fmt.Sprint(i + k)}
	}
	x := k
	b.q = &x
	for i := range b.tail {
		x := i * k
		b.tail[i] = &x
	}
}
func sum(b *big) int {
	n := *b.q
	for i := range b.ts {
		n += *b.ts[i].p + len(b.ts[i].s[0])
	}
	for i := range b.tail {
		n += *b.tail[i]
	}
	return n
}
func main() {
	fmt.Println(unsafe.Sizeof(big{}))
	b := new(big)
	fill(b, 3)
	bs := make([]big, 3)
	for i := range bs {
		fill(&bs[i], i)
	}
	arr := new([200000]*int)
	for i := range arr {
		x := i
		arr[i] = &x
	}
	aa := make([][40000]*int, 2)
	for j := range aa {
		for i := range aa[j] {
			x := i + j
			aa[j][i] = &x
		}
	}
	for range 3 {
		runtime.GC()
		junk := make([]*int, 0)
		for i := range 300000 {
			x := -i
			junk = append(junk, &x)
		}
	}
	fmt.Println(sum(b), sum(&bs[0]), sum(&bs[1]), sum(&bs[2]))
	n := 0
	for _, p := range arr {
		n += *p
	}
	for j := range aa {
		for _, p := range aa[j] {
			n += *p
		}
	}
	fmt.Println(n)
}
