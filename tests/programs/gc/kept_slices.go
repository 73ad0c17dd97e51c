// Objects of a slice that is kept alive are, and die when it is not: in the frame of a function that calls one that collects.
package main

import (
	"fmt"
	"runtime"
	"weak"
)

type object [4]int

//go:noinline
func make1(i int) (*object, weak.Pointer[object]) {
	p := &object{i}
	return p, weak.Make(p)
}

//go:noinline
func drain() { runtime.GC() }

func alive(ws []weak.Pointer[object]) int {
	n := 0
	for _, w := range ws {
		if w.Value() != nil {
			n++
		}
	}
	return n
}

type box struct {
	name string
	refs []*object
}

//go:noinline
func watch() {
	var refs []*object
	var ws []weak.Pointer[object]
	for i := range 100 {
		p, w := make1(i)
		refs = append(refs, p)
		ws = append(ws, w)
	}
	drain()
	fmt.Println("alive", alive(ws))
	runtime.KeepAlive(refs)
	b := box{"box", refs}
	refs = nil
	drain()
	fmt.Println("alive", alive(ws))
	runtime.KeepAlive(b)
	b = box{}
	drain()
	fmt.Println("alive", alive(ws))
}

func main() {
	// Others leave pointers on the stacks that follow.
	for range 3 {
		done := make(chan bool)
		go func() {
			watch()
			close(done)
		}()
		<-done
	}
}
