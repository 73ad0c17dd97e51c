// Profiles of allocations, of blocking and of mutexes count what they are told to, by stack.
package main

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"time"
)

type node struct {
	next *node
	data [6]int
}

var (
	list *node
	junk []byte
	text []byte
)

//go:noinline
func kept(n int) {
	for range n {
		list = &node{next: list}
	}
}

//go:noinline
func dropped(n int) {
	for range n {
		junk = make([]byte, 100)
	}
}

//go:noinline
func large(n int) {
	for range n {
		text = make([]byte, 1<<20)
	}
}

// objects gives the numbers of objects made and freed by a function, in thousands.
func objects(name string) (allocs, frees int64) {
	records := make([]runtime.MemProfileRecord, 10000)
	n, ok := runtime.MemProfile(records, true)
	if !ok {
		fmt.Println("no room for", n)
	}
	for _, r := range records[:min(n, len(records))] {
		if calls(r.Stack(), name) {
			allocs += r.AllocObjects
			frees += r.FreeObjects
		}
	}
	return (allocs + 500) / 1000, (frees + 500) / 1000
}

func calls(stack []uintptr, name string) bool {
	frames := runtime.CallersFrames(stack)
	for {
		f, more := frames.Next()
		if f.Function == name {
			return true
		}
		if !more {
			return false
		}
	}
}

//go:noinline
func locks(mu *sync.Mutex) {
	mu.Lock()
	time.Sleep(20 * time.Millisecond)
	mu.Unlock()
}

//go:noinline
func receives(c chan int) { <-c }

// named says which functions are looked for: elsewhere in the program, too, the runtime makes something for itself at times.
var named = map[string]bool{
	"main.kept": true, "main.dropped": true, "main.large": true, "main.locks": true, "main.receives": true,
	"sync.(*Mutex).Lock": true, "sync.(*Mutex).Unlock": true, "sync.(*WaitGroup).Wait": true,
}

// functions gives those of them that a profile names.
func functions(profile string) []string {
	var b bytes.Buffer
	if err := pprof.Lookup(profile).WriteTo(&b, 1); err != nil {
		fmt.Println(err)
	}
	var names []string
	for _, line := range strings.Split(b.String(), "\n") {
		if words := strings.Fields(line); strings.HasPrefix(line, "#") && len(words) > 2 {
			name, _, _ := strings.Cut(words[2], "+")
			if named[name] {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func main() {
	runtime.MemProfileRate = 1
	kept(10_000)
	dropped(20_000)
	large(1000)
	runtime.GC()
	runtime.GC()
	runtime.MemProfileRate = 0
	for _, name := range []string{"main.kept", "main.dropped", "main.large"} {
		fmt.Print(name, " ")
		fmt.Println(objects(name))
	}
	list = nil
	runtime.GC()
	runtime.GC()
	fmt.Println(objects("main.kept"))
	fmt.Println(functions("heap"))

	fmt.Println(runtime.SetMutexProfileFraction(1), runtime.SetMutexProfileFraction(-1))
	runtime.SetBlockProfileRate(1)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			locks(&mu)
		}()
	}
	wg.Wait()
	c := make(chan int)
	go func() {
		time.Sleep(10 * time.Millisecond)
		c <- 1
	}()
	receives(c)
	fmt.Println(functions("mutex"))
	fmt.Println(functions("block"))
	records := make([]runtime.BlockProfileRecord, 100)
	n, ok := runtime.BlockProfile(records)
	for _, r := range records[:n] {
		if calls(r.Stack(), "main.receives") {
			fmt.Println(ok, r.Count, r.Cycles > 1000)
		}
	}
}
