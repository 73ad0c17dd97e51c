// A wrapper of a method shows in traces if it panics itself, and not if the method does.
// exit: 2
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
)

type I interface{ M() }

type S struct{ a, b, c, d int }

func (s S) Nop() {}

type panicker struct{ n int }

func (p panicker) Do() { panic("done") }

func show(name string, f func()) {
	fmt.Println("==", name)
	defer func() {
		fmt.Println(recover())
		pcs := make([]uintptr, 20)
		frames := runtime.CallersFrames(pcs[:runtime.Callers(0, pcs)])
		for {
			frame, more := frames.Next()
			fmt.Println(frame.Function)
			if !more {
				break
			}
		}
		for l := range strings.SplitSeq(string(debug.Stack()), "\n") {
			if strings.HasPrefix(l, "main.") {
				fmt.Println(l[:strings.LastIndex(l, "(")])
			}
		}
	}()
	f()
}

func main() {
	show("nil interface", func() { I.M(nil) })
	show("value method", func() { (*S).Nop(nil) })
	w := (*S).Nop
	show("value method by value", func() { w(nil) })
	var p interface{ Do() } = &panicker{}
	show("the method itself", func() { p.Do() })
	pc := reflect.ValueOf(I.M).Pointer()
	frame, more := runtime.CallersFrames([]uintptr{pc}).Next()
	fmt.Println(frame.Function, frame.PC == pc, frame.Entry == pc, more, runtime.FuncForPC(pc).Name())
	w(nil)
}
