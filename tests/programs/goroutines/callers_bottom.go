// Behind the first function of a goroutine stands runtime.goexit in what Callers gives out, and nothing behind it.
package main

import (
	"fmt"
	"runtime"
)

func show(where string) {
	var pcs [20]uintptr
	n := runtime.Callers(1, pcs[:])
	frames := runtime.CallersFrames(pcs[:n])
	for {
		f, more := frames.Next()
		fmt.Println(where, f.Function, more)
		if !more {
			break
		}
	}
	fmt.Println(n, runtime.FuncForPC(pcs[n-1]).Name())
	for skip := range n + 2 {
		fmt.Print(" ", runtime.Callers(skip, pcs[:]), runtime.Callers(skip, pcs[:1]))
		_, _, line, ok := runtime.Caller(skip)
		fmt.Print(line != 0, ok)
	}
	fmt.Println()
}

func main() {
	show("main")
	done := make(chan bool)
	go func() {
		show("goroutine")
		close(done)
	}()
	<-done
	done = make(chan bool)
	go func(n int) {
		defer close(done)
		defer show("deferred")
		runtime.Goexit()
	}(1)
	<-done
}
