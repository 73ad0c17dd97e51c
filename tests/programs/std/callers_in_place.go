// Asking who called makes no more objects than with gc.
package main

import (
	"fmt"
	"runtime"
)

var pcs [20]uintptr

//go:noinline
func count(what string, f func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 1000 {
		f()
	}
	runtime.ReadMemStats(&after)
	fmt.Println(what, (after.Mallocs-before.Mallocs+500)/1000)
}

func deep(n int, f func()) {
	if n > 0 {
		deep(n-1, f)
		return
	}
	f()
}

func inner(i int) uintptr { runtime.Callers(1, pcs[i:]); return pcs[i] }

func main() {
	deep(30, func() {
		count("Callers", func() { runtime.Callers(0, pcs[:]) })
		count("Caller", func() { runtime.Caller(0) })
		count("CallersFrames", func() {
			frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs[:])])
			for more := true; more; {
				_, more = frames.Next()
			}
		})
	})
	f := runtime.FuncForPC(pcs[1])
	count("Name", func() { f.Name() })
	count("FileLine", func() { f.FileLine(pcs[1]) })
	inner(0)
	frames := runtime.CallersFrames(pcs[:2])
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		fmt.Println(frame.Function, frame.Line)
	}
}
