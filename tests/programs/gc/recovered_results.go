// Results and variables that only a recovery still needs are there after a collection.
package main

import (
	"fmt"
	"runtime"
)

type pair struct {
	name *string
	n    [3]int
}

//go:noinline
func collects(fail bool) {
	runtime.GC()
	if fail {
		panic("failed")
	}
}

//go:noinline
func result(fail bool) (p pair) {
	defer func() {
		if r := recover(); r != nil {
			p.n[2]++
		}
	}()
	s := "name"
	p = pair{&s, [3]int{1, 2, 3}}
	collects(fail)
	p = pair{}
	return p
}

//go:noinline
func plain(fail bool) (name string, p pair) {
	defer func() { recover() }()
	s := fmt.Sprint("made ", 1)
	name, p = s, pair{&s, [3]int{4, 5, 6}}
	collects(fail)
	return "", pair{}
}

func main() {
	for _, fail := range []bool{true, false} {
		p := result(fail)
		fmt.Println(p.name != nil && *p.name == "name", p.n)
		name, q := plain(fail)
		fmt.Println(name, q.name != nil && *q.name == "made 1", q.n)
	}
}
