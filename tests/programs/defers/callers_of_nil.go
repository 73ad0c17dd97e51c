// Deferred calls look as if the function that deferred them made them, and so does the call of nothing, unless it was
// deferred in a loop.
package main

import (
	"fmt"
	"runtime"
)

func show() {
	pcs := make([]uintptr, 20)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		f, more := frames.Next()
		fmt.Print(f.Function, " ")
		if !more {
			break
		}
	}
	fmt.Println()
}

func recovered() {
	recover()
	show()
}

func once() {
	defer show()
}

func loop() {
	for i := 0; i < 2; i++ {
		defer show()
	}
}

func rangeFunc() {
	for range func(yield func(int) bool) { yield(1) } {
		defer show()
	}
}

func panics() {
	defer recovered()
	for i := 0; i < 2; i++ {
		defer show()
	}
	panic(1)
}

func nilOnce() {
	defer recovered()
	var f func()
	defer f()
}

func nilLoop() {
	defer recovered()
	for i := 0; i < 1; i++ {
		var f func()
		defer f()
	}
}

func nilRangeFunc() {
	defer recovered()
	for range func(yield func(int) bool) { yield(1) } {
		var f func()
		defer f()
	}
}

// A call deferred in a loop by what a panic calls is not one that may recover.
func nested() {
	defer func() {
		for i := 0; i < 1; i++ {
			defer func() { fmt.Println("inner", recover()) }()
		}
	}()
	panic("x")
}

func main() {
	once()
	loop()
	rangeFunc()
	panics()
	nilOnce()
	nilLoop()
	nilRangeFunc()
	defer func() { fmt.Println("outer", recover()) }()
	nested()
}
