// What a callee hangs below an argument leads to what was there before: whatever is stored there outlives the frame.
package main

import "fmt"

type leaf struct{ v [4]int }
type kept struct{ b *leaf }
type node struct{ k *kept }
type head struct{ n *node }

//go:noinline
func link(h *head, k *kept) { h.n = &node{k} }

//go:noinline
func linkGlobal(h *head) { h.n = &node{global} }

var global = &kept{}

//go:noinline
func uses(k *kept, v int) {
	var h head
	link(&h, k)
	h.n.k.b = &leaf{[4]int{v, v + 1, v + 2, v + 3}}
}

//go:noinline
func usesGlobal(v int) {
	var h head
	linkGlobal(&h)
	h.n.k.b = &leaf{[4]int{v, v + 1, v + 2, v + 3}}
}

type list struct {
	next *list
	b    *leaf
}

// Moves what lies five pointers behind to four pointers behind.
//
//go:noinline
func pull(l *list) {
	l.next.next.next.next = l.next.next.next.next.next
}

//go:noinline
func deep(v int) *leaf {
	var e, d, c, b, a, z list
	z.next, a.next, b.next, c.next, d.next = &a, &b, &c, &d, &e
	pull(&z)
	z.next.next.next.next.b = &leaf{[4]int{v, v + 1, v + 2, v + 3}}
	return e.b
}

//go:noinline
func clobber(n int) int {
	var a [64]int
	for i := range a {
		a[i] = n * i
	}
	s := 0
	for _, x := range a[:] {
		s += x
	}
	return s
}

func main() {
	k := &kept{}
	uses(k, 5)
	clobber(7)
	fmt.Println(k.b.v)
	usesGlobal(9)
	clobber(7)
	fmt.Println(global.b.v)
	l := deep(13)
	clobber(7)
	fmt.Println(l.v)
}
