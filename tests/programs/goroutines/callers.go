// runtime.Caller, Callers, CallersFrames, FuncForPC and debug.Stack with inlined and generic frames.
package main

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

func where(skip int) string {
	_, file, line, ok := runtime.Caller(skip)
	return fmt.Sprint(filepath.Base(file), ":", line, " ", ok)
}

func small() string { return where(2) }

type T struct{}

func (T) method() []string { return frames() }
func (t *T) pointer() []string {
	return func() []string { return t.method() }()
}

func generic[E any](e E) []string { return frames() }

//go:noinline
func frames() (out []string) {
	pc := make([]uintptr, 20)
	n := runtime.Callers(2, pc)
	fs := runtime.CallersFrames(pc[:n])
	for {
		f, more := fs.Next()
		if strings.HasPrefix(f.Function, "runtime.") {
			f.Line = 0 // the runtime's own lines may differ
		}
		out = append(out, fmt.Sprint(f.Function, ":", f.Line))
		if !more || f.Function == "main.main" {
			return
		}
	}
}

var fromInit = frames()

func main() {
	fmt.Println(where(1), where(0))
	fmt.Println(small())
	fmt.Println(new(T).pointer())
	fmt.Println(generic(1), generic("x"))
	func() { fmt.Println(frames()) }()
	func() {
		defer func() { fmt.Println(frames()) }()
	}()
	func() {
		defer func() {
			recover()
			fmt.Println(frames())
		}()
		panic(1)
	}()
	pc, _, _, _ := runtime.Caller(0)
	fmt.Println(runtime.FuncForPC(pc).Name(), where(100))
	f := T.method
	_ = f
	stack := string(debug.Stack())
	fmt.Println(strings.Contains(stack, "main.main()"), strings.HasPrefix(stack, "goroutine 1 [running]:\n"), strings.Contains(stack, "callers.go:"))
	fmt.Println(fromInit[0])
	for range func(yield func() bool) { yield() } {
		fmt.Println(frames())
	}
}
