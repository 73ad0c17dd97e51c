// Heap profiles: with a rate of 1 every allocation is counted, by stack and size; what has died counts as freed after
// the collection that finds it.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sort"
	"strings"
	"time"
)

type node struct {
	next *node
	data [100]byte
}

//go:noinline
func keepers(n int) *node {
	var head *node
	for range n {
		head = &node{next: head}
	}
	return head
}

var last []byte

//go:noinline
func litter(n, size int) {
	for range n {
		last = make([]byte, size)
	}
	last = nil
}

//go:noinline
func big(n int) []byte { return make([]byte, n) }

//go:noinline
func parallel() {
	done := make(chan *node)
	for range 4 {
		go func() { done <- keepers(500) }()
	}
	for range 4 {
		runtime.KeepAlive(<-done)
	}
}

// Counts of the program's own functions, by the innermost of them and the size of the objects. Small ones in litter are the
// runtime's, which makes something for itself there at times.
func show() {
	p := make([]runtime.MemProfileRecord, 10_000)
	n, ok := runtime.MemProfile(p, true)
	type key struct {
		function string
		size     int64
	}
	counts := map[key][2]int64{}
	for _, r := range p[:n] {
		frames := runtime.CallersFrames(r.Stack())
		f, more := frames.Next()
		for more && strings.HasPrefix(f.Function, "runtime.") {
			f, more = frames.Next()
		}
		switch f.Function {
		case "main.keepers", "main.litter", "main.big":
			k := key{f.Function, r.AllocBytes / r.AllocObjects}
			if k.function == "main.litter" && k.size < 1000 {
				continue
			}
			counts[k] = [2]int64{counts[k][0] + r.AllocObjects, counts[k][1] + r.InUseObjects()}
		}
	}
	var lines []string
	for k, c := range counts {
		lines = append(lines, fmt.Sprint(k.function, " ", k.size, " bytes: ", c[0], " made, ", c[1], " in use"))
	}
	sort.Strings(lines)
	fmt.Println(ok, strings.Join(lines, "; "))
}

func main() {
	runtime.MemProfileRate = 1
	// What was under way with another rate is used up or given back.
	runtime.GC()
	litter(10, 1<<20)
	runtime.GC()
	kept := keepers(1000)
	litter(100, 1000)
	litter(5, 100_000)
	block := big(3 << 20)
	runtime.GC()
	show()
	parallel()
	runtime.KeepAlive(kept)
	kept = nil
	runtime.GC()
	time.Sleep(time.Millisecond)
	runtime.GC()
	show()
	var out bytes.Buffer
	err := pprof.Lookup("heap").WriteTo(&out, 1)
	fmt.Println(err, strings.Contains(out.String(), "main.big"), strings.HasPrefix(out.String(), "heap profile: "))
	fmt.Println(pprof.Lookup("allocs").WriteTo(&out, 0))
	runtime.KeepAlive(block)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Println(m.BuckHashSys > 0)
}
