// Values in arenas: of all kinds, large and small, alive through collections; what is freed cannot be used.
//
// experiment: arenas
// exit: 2
// stderr: head
package main

import (
	"arena"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"weak"
)

type node struct {
	Name  string
	next  *node
	table map[int]*node
	bytes []byte
}

func list(a *arena.Arena, n int) *node {
	var head *node
	for i := range n {
		nd := arena.New[node](a)
		nd.Name = strings.Repeat("x", i%10)
		nd.next = head
		if i%100 == 0 {
			nd.table = map[int]*node{i: nd}
		}
		nd.bytes = arena.MakeSlice[byte](a, i%50, 50)
		for k := range nd.bytes {
			nd.bytes[k] = byte(i)
		}
		head = nd
	}
	return head
}

func sum(head *node) (n, length int) {
	for nd := head; nd != nil; nd = nd.next {
		n += len(nd.Name) + len(nd.bytes) + len(nd.table)
		if len(nd.bytes) > 0 {
			n += int(nd.bytes[0])
		}
		length++
	}
	return
}

func main() {
	for range 20 {
		a := arena.NewArena()
		head := list(a, 20_000)
		runtime.GC()
		n, length := sum(head)
		if n != 3_075_688 || length != 20_000 {
			fmt.Println("sum", n, length)
		}
		clear(arena.MakeSlice[*node](a, 1000, 2000))
		copied := arena.Clone(head)
		text := arena.Clone(head.bytes)
		big := arena.New[[1 << 20]byte](a)
		big[5] = 5
		a.Free()
		runtime.GC()
		if copied.Name != strings.Repeat("x", 9) || len(text) != 49 || text[48] != byte(19_999%256) {
			fmt.Println("clone", copied.Name, text)
		}
	}
	a := arena.NewArena()
	v := reflect.ArenaNew(a, reflect.TypeFor[node]())
	v.Elem().Field(0).SetString("by reflection")
	fmt.Println(v.Elem().Field(0), arena.Clone("text"), arena.MakeSlice[struct{}](a, 3, 5))
	p := new(int)
	w := weak.Make(p)
	held := arena.New[*int](a)
	*held = p
	p = nil
	runtime.GC()
	fmt.Println("held", w.Value() != nil)
	runtime.KeepAlive(held)
	// So many that chunks are full in any implementation.
	head := list(a, 400_000)
	last := head
	for last.next != nil {
		last = last.next
	}
	a.Free()
	// Chunks that are freed while objects are marked can be used until the end of that.
	runtime.GC()
	fmt.Println(last.Name)
}
