// Structs: comparison, embedding, promotion, copies, large values, zero sizes, anonymous types, padding.
package main

import (
	"fmt"
	"unsafe"
)

type inner struct {
	a int8
	b float64
	c string
}
type mixed struct {
	inner
	_  int
	p  *int
	i  any
	ar [2]inner
}
type big struct {
	data [300]int
	name string
}
type base struct{ n int }

func (b base) get() int   { return b.n }
func (b *base) set(n int) { b.n = n }

type mid struct{ *base }
type top struct {
	mid
	extra string
}
type padded struct {
	a bool
	b int64
	c bool
	d int32
	e [3]byte
}

//go:noinline
func change(b big) big {
	b.data[299]++
	b.name += "!"
	return b
}

func (b big) sum() (s int) {
	for _, x := range b.data {
		s += x
	}
	return
}

func main() {
	n := 1
	x := mixed{inner: inner{1, 2, "three"}, p: &n, i: 5}
	y := x
	fmt.Println(x == y, x.a, x.b, x.c, x.inner.c)
	y.ar[1].c = "z"
	fmt.Println(x == y, x != y, x.ar[1] == inner{})
	y = x
	y.i = "5"
	fmt.Println(x == y)
	b := big{name: "b"}
	for i := range b.data {
		b.data[i] = i
	}
	c := change(b)
	fmt.Println(b.data[299], c.data[299], b.name, c.name, b == c, b.sum(), c.sum())
	bs := []big{b, c}
	bs[0], bs[1] = bs[1], bs[0]
	fmt.Println(bs[0].name, bs[1].name)
	f := b.sum
	b.data[0] = 1000
	fmt.Println(f(), b.sum())
	t := top{mid{&base{1}}, "e"}
	t.set(7)
	fmt.Println(t.get(), t.n, t.mid.base.n, t.extra)
	anon := struct {
		X, Y int
		T    struct{ Z string }
	}{X: 1}
	anon.T.Z = "deep"
	fmt.Printf("%+v %v %T\n", anon, &anon, anon)
	fmt.Println(unsafe.Sizeof(padded{}), unsafe.Offsetof(padded{}.d), unsafe.Alignof(padded{}), unsafe.Sizeof(struct {
		a int
		b struct{}
	}{}), unsafe.Sizeof(mixed{}))
	pp := &padded{e: [3]byte{1, 2, 3}}
	q := *pp
	q.e[0] = 9
	fmt.Println(*pp, q, *pp == q)
	arr := [3]struct{ p, q int }{{1, 2}, {3, 4}}
	for i := range arr {
		arr[i].p *= 10
	}
	fmt.Println(arr)
	m := map[string]*inner{"k": {c: "v"}}
	m["k"].c += "w"
	fmt.Println(*m["k"])
	type T struct {
		next *T
		v    int
	}
	var list *T
	for i := range 5 {
		list = &T{list, i}
	}
	for l := list; l != nil; l = l.next {
		fmt.Print(l.v, " ")
	}
	fmt.Println()
	var e1, e2 struct{}
	fmt.Println(e1 == e2)
	// Promoted fields as keys (Go 1.27).
	fmt.Println(mixed{a: 3, c: "promoted"}.inner)
}
