// Recover that is deferred itself acts as if called by the function that deferred it.
package main

import "fmt"

func squelches() {
	defer fmt.Println("returns")
	defer func() {
		defer recover()
	}()
	panic("squelched")
}

func passes() {
	defer func() { fmt.Println(recover()) }()
	defer recover()
	panic("passed on")
}

func pointers() (*int, int) { return nil, 42 }

func main() {
	squelches()
	passes()
	p := new(int)
	old := p
	p, *p = pointers()
	fmt.Println(p == nil, *old)
}
