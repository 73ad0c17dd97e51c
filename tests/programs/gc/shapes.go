// env: GOGC=20
// Objects of every shape survive collections: maps, closures, interfaces, channels, strings, arrays of pointers,
// interior pointers, large objects, tiny objects, pointers only in registers or on deep stacks.
package main

import (
	"fmt"
	"runtime"
	"strings"
)

type rec struct {
	id   int
	name string
	next *rec
	any  any
	fn   func() int
	m    map[string]*rec
	ch   chan *rec
	arr  [3]*rec
	big  []byte
}

func mk(id, depth int) *rec {
	r := &rec{id: id, name: strings.Repeat(fmt.Sprint(id), 3)}
	if depth > 0 {
		r.next = mk(id*2, depth-1)
		r.any = mk(id*3, depth-1)
		n := mk(id*5, depth-1)
		r.fn = func() int { return n.id }
		r.m = map[string]*rec{r.name: mk(id*7, depth-1)}
		r.ch = make(chan *rec, 1)
		r.ch <- mk(id*11, depth-1)
		r.arr[2] = mk(id*13, 0)
	}
	r.big = make([]byte, id%5000)
	for i := range r.big {
		r.big[i] = byte(id)
	}
	return r
}

func (r *rec) sum() (s int) {
	if r == nil {
		return 0
	}
	s = r.id + len(r.name)
	for _, b := range r.big {
		if b != byte(r.id) {
			panic("corrupted")
		}
	}
	if r.next != nil {
		s += r.next.sum() + r.any.(*rec).sum() + r.fn() + r.m[r.name].sum() + r.arr[2].sum()
		x := <-r.ch
		s += x.sum()
		r.ch <- x
	}
	return
}

var garbage any

func churn(n int) {
	for i := range n {
		garbage = make([]*int, i%300)
		garbage = fmt.Sprint(i, garbage)
	}
}

func deep(n int, p *int) int {
	if n == 0 {
		runtime.GC()
		churn(1000)
		return *p
	}
	q := new(int)
	*q = *p + 1
	return deep(n-1, q) + *q - *p
}

func main() {
	r := mk(1, 5)
	want := r.sum()
	inner := &r.next.arr[2]
	str := r.next.name[1:]
	for range 5 {
		churn(3000)
		runtime.GC()
		if got := r.sum(); got != want {
			fmt.Println("changed", got, want)
			return
		}
	}
	fmt.Println(want, (*inner).id, str, deep(2000, new(int)))
	large := make([][]byte, 0)
	for i := range 20 {
		b := make([]byte, 1<<20)
		b[i] = byte(i)
		large = append(large, b)
		if i%3 == 0 {
			large[i/2] = nil
		}
	}
	runtime.GC()
	n := 0
	for i, b := range large {
		if b != nil {
			n += int(b[i])
		}
	}
	fmt.Println(n)
	tiny := make([]*byte, 100000)
	for i := range tiny {
		tiny[i] = new(byte)
		*tiny[i] = byte(i)
	}
	runtime.GC()
	s := 0
	for _, p := range tiny {
		s += int(*p)
	}
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	fmt.Println(s, ms.NumGC > 3, ms.HeapAlloc > 0, ms.HeapAlloc < 1<<30, ms.Mallocs > ms.Frees)
}
