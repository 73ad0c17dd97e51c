// runtime.Goexit runs deferred calls, cannot be recovered, and survives a recovered panic.
package main

import (
	"fmt"
	"runtime"
	"sync"
)

func main() {
	var wg sync.WaitGroup
	run := func(name string, f func()) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { fmt.Println(name, "outer", recover()) }()
			f()
			fmt.Println(name, "returned")
		}()
		wg.Wait()
	}
	run("plain", func() {
		defer fmt.Println("deferred")
		runtime.Goexit()
		fmt.Println("unreachable")
	})
	run("after panic", func() {
		defer func() {
			fmt.Println("inner", recover())
			runtime.Goexit()
		}()
		panic("p")
	})
	run("panic during goexit", func() {
		defer func() { fmt.Println("recovering", recover()) }()
		defer func() { panic("in deferred") }()
		runtime.Goexit()
	})
	run("nested", func() {
		func() {
			defer func() {
				defer fmt.Println("innermost")
				runtime.Goexit()
			}()
			runtime.Goexit()
		}()
	})
	run("none", func() {})
}
