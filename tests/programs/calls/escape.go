// Variables that outlive their function, and those that must not be shared.
package main

import "fmt"

type node struct {
	v    int
	next *node
}

var global *int
var sink any

func leak() *int       { x := 1; return &x }
func viaStruct() *node { n := node{v: 2}; m := node{next: &n}; return &m }
func viaSlice() []*int {
	var out []*int
	for i := range 3 {
		out = append(out, &i)
	}
	return out
}
func viaMap() map[int]*int   { x := 5; return map[int]*int{1: &x} }
func viaChan() chan *int     { c := make(chan *int, 1); x := 6; c <- &x; return c }
func viaClosure() func() int { x := 7; return func() int { x++; return x } }
func viaGlobal()             { x := 8; global = &x }
func viaAny()                { x := 9; sink = &x }
func viaArg(p **int)         { x := 10; *p = &x }
func viaArray() [2]*int      { x, y := 11, 12; return [2]*int{&x, &y} }
func viaField() *string      { n := struct{ a, b string }{"a", "b"}; return &n.b }
func viaDefer() (p *int)     { x := 13; defer func() { p = &x }(); x++; return nil }
func viaMethod() func()      { n := node{v: 14}; return n.print }
func (n *node) print()       { fmt.Println("method value", n.v) }
func identity(p *int) *int   { return p }
func viaIdentity() *int      { x := 15; return identity(identity(&x)) }
func elem() *int             { a := [3]int{16, 17, 18}; s := a[:]; return &s[1] }

func main() {
	ps := []*int{leak(), viaStruct().nextV(), viaMap()[1], <-viaChan(), viaArray()[0], viaArray()[1], viaDefer(), viaIdentity(), elem()}
	viaGlobal()
	viaAny()
	var p *int
	viaArg(&p)
	ps = append(ps, global, sink.(*int), p)
	ps = append(ps, viaSlice()...)
	f := viaClosure()
	f()
	clobber(100)
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	fmt.Println(f(), *viaField())
	viaMethod()()
	local := func() int {
		x := 0
		q := &x
		for i := range 10 {
			*q += i
		}
		return x
	}
	fmt.Println(local(), local())
}

func (n *node) nextV() *int { return &n.next.v }

//go:noinline
func clobber(n int) int {
	var a [64]int
	for i := range a {
		a[i] = -n
	}
	if n == 0 {
		return a[5]
	}
	return clobber(n-1) + a[n%64]
}
