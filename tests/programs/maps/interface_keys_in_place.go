// Looking for a key in an interface makes no objects, whatever the key is.
package main

import (
	"fmt"
	"runtime"
)

type number uintptr

func (number) String() string { return "" }

type pair struct {
	_ *int
	p *int
}

var where int

//go:noinline
func count(what string, f func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		f()
	}
	runtime.ReadMemStats(&after)
	fmt.Println(what, after.Mallocs-before.Mallocs < 100)
}

func main() {
	c := make(chan int)
	keys := make(map[any]int)
	n := 0
	for i, k := range []any{0, "a", 1.5, &where, c, [2]string{"x", "y"}, [1]*int{&where}, [1]any{&where}} {
		keys[k] = i
		count(fmt.Sprintf("%T", k), func() { n += keys[k] })
	}
	a, b := pair{nil, &where}, pair{&n, &where}
	keys[a] = 9
	fmt.Println(keys[b], keys[a])
	named := map[fmt.Stringer]bool{number(42): true}
	count("methods", func() {
		if named[number(0)] || !named[number(42)] {
			panic("wrong")
		}
	})
	fmt.Println(n)
}
