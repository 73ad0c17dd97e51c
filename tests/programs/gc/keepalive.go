package main

import (
	"fmt"
	"runtime"
	"weak"
)

type block struct {
	next *block
	data [1000]byte
}

func blocks(n int) *block {
	var head *block
	for range n {
		head = &block{next: head}
	}
	return head
}

func keep(x any) { runtime.KeepAlive(x) }

//go:noinline
func watch(f func()) { f() }

//go:noinline
func last(b *block) weak.Pointer[block] {
	for b.next != nil {
		b = b.next
	}
	return weak.Make(b)
}

// Nothing but the call of keep, far behind, holds on to the list.
//
//go:noinline
func wrapped() bool {
	b := blocks(1000)
	w := last(b)
	alive := false
	watch(func() {
		for range 3 {
			runtime.GC()
		}
		alive = w.Value() != nil
	})
	keep(b)
	return alive
}

//go:noinline
func direct() bool {
	b := blocks(1000)
	w := last(b)
	alive := false
	watch(func() {
		for range 3 {
			runtime.GC()
		}
		alive = w.Value() != nil
	})
	runtime.KeepAlive(b)
	return alive
}

// Two values that are kept by the same function.
//
//go:noinline
func two() (bool, bool) {
	a, b := blocks(10), blocks(10)
	u, v := last(a), last(b)
	alive := [2]bool{}
	watch(func() {
		runtime.GC()
		alive = [2]bool{u.Value() != nil, v.Value() != nil}
	})
	keep(a)
	keep(b)
	return alive[0], alive[1]
}

func main() {
	fmt.Println(wrapped(), direct())
	fmt.Println(two())
}
