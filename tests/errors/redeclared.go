package main

type T int

var T = 1 // ERROR `T redeclared in this block`

func f() {}

func f() {} // ERROR `f redeclared in this block`

type S struct {
	a int
	a string // ERROR `a redeclared`
}

func (S) m() {}

func (S) m() {} // ERROR `method S\.m already declared at \./redeclared\.go:16:10`

func (S) a() {} // ERROR `field and method with the same name a`

func g(x int, x string) {} // ERROR `x redeclared in this block`

func main() {
	var v int
	var v string // ERROR `v redeclared in this block`
	w := 1
	w := 2 // ERROR `no new variables on left side of :=`
	_, _ = v, w
}
