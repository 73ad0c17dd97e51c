// Finalizers, cleanups and weak pointers, in their order; every metric has a value of its kind.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"time"
	"weak"
)

type node struct {
	next *node
	name string
	pad  [4]int
}

type named interface{ id() string }

func (n *node) id() string { return n.name }

// until collects until cond holds.
func until(what string, cond func() bool) {
	for i := 0; i < 100 && !cond(); i++ {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Println(what, cond())
}

//go:noinline
func finalizers(out chan string) {
	a := &node{name: "a"}
	a.next = &node{name: "b"}
	runtime.SetFinalizer(a, func(n *node) { out <- "fin " + n.name + " -> " + n.next.name })
	runtime.SetFinalizer(a.next, func(n any) (int, string, [10]int) {
		out <- "fin " + n.(*node).name
		return 1, "x", [10]int{}
	})
	c := &node{name: "c"}
	runtime.SetFinalizer(c, func(n named) { out <- "fin " + n.id() })
	d := &node{name: "d"}
	runtime.SetFinalizer(d, func(n *node) { out <- "never" })
	runtime.SetFinalizer(d, nil)
}

var saved *node

//go:noinline
func resurrect(out chan string) weak.Pointer[node] {
	n := &node{name: "phoenix"}
	w := weak.Make(n)
	runtime.SetFinalizer(n, func(n *node) {
		saved = n
		out <- fmt.Sprint("weak is nil: ", w.Value() == nil)
	})
	runtime.AddCleanup(n, func(s string) { out <- "cleanup " + s }, "after")
	return w
}

//go:noinline
func cleanups(out chan string) {
	x := &node{name: "x"}
	for i := range 3 {
		runtime.AddCleanup(x, func(i int) { out <- fmt.Sprint("clean ", i) }, i)
	}
	c := runtime.AddCleanup(&x.name, func(i int) { out <- "stopped" }, 9)
	c.Stop()
	tiny := new(int32)
	runtime.AddCleanup(tiny, func(i int) { out <- fmt.Sprint("clean tiny") }, 0)
}

func panics(f func()) {
	defer func() { fmt.Println("panic:", recover()) }()
	f()
}

var global node

func clobber(n int) int {
	var a [64]int
	for i := range a {
		a[i] = n
	}
	if n > 0 {
		return clobber(n-1) + a[n%64]
	}
	return a[0]
}

func main() {
	out := make(chan string, 100)
	finalizers(out)
	clobber(20)
	got := map[string]int{}
	take := func() {
		for {
			select {
			case s := <-out:
				got[s]++
			default:
				return
			}
		}
	}
	until("finalizers", func() bool { take(); return len(got) >= 3 })
	fmt.Println(got)
	clear(got)
	w := resurrect(out)
	clobber(20)
	until("resurrect", func() bool { take(); return len(got) >= 1 })
	fmt.Println(got, saved.name, w.Value() == nil)
	saved = nil
	until("cleanup after", func() bool { take(); return len(got) >= 2 })
	fmt.Println(got)
	clear(got)
	cleanups(out)
	clobber(20)
	until("cleanups", func() bool { take(); return len(got) >= 3 })
	for k := range got {
		if strings.HasPrefix(k, "stopped") {
			fmt.Println("bad")
		}
	}
	n := &node{name: "n"}
	panics(func() { runtime.AddCleanup((*node)(nil), func(int) {}, 1) })
	panics(func() { runtime.AddCleanup(n, func(*node) {}, n) })
	panics(func() { runtime.AddCleanup(n, func(*string) {}, &n.name) })
	panics(func() { runtime.AddCleanup(n, func(int) { _ = n.name }, 1) })
	runtime.AddCleanup(&global, func(int) {}, 1)
	runtime.KeepAlive(n)

	var s []metrics.Sample
	for _, d := range metrics.All() {
		s = append(s, metrics.Sample{Name: d.Name})
	}
	metrics.Read(s)
	for i, d := range metrics.All() {
		if s[i].Value.Kind() != d.Kind {
			fmt.Println(d.Name, s[i].Value.Kind())
		}
	}
	for _, name := range []string{"/gc/pauses:seconds", "/gc/heap/allocs-by-size:bytes"} {
		one := []metrics.Sample{{Name: name}}
		metrics.Read(one)
		h := one[0].Value.Float64Histogram()
		fmt.Println(len(h.Counts), len(h.Buckets), h.Buckets)
	}
	var st debug.GCStats
	debug.ReadGCStats(&st)
	fmt.Println(st.NumGC > 0, len(st.Pause) > 0, st.PauseTotal > 0)
	fmt.Println(debug.SetGCPercent(50), debug.SetGCPercent(100), debug.SetMemoryLimit(-1))
	fmt.Println(runtime.NumGoroutine())
}
