// runs: 40
// Packages are initialised on the first thread, and an init that locks keeps main there.
package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

func onFirst(when string) {
	fmt.Println(when, syscall.Gettid() == os.Getpid())
}

var atStart = syscall.Gettid() == os.Getpid()

func init() {
	fmt.Println("first variable", atStart)
	go func() {
		for range 100 {
			go func() {}()
			runtime.Gosched()
		}
	}()
	for range 20 {
		runtime.Gosched()
		time.Sleep(time.Microsecond)
	}
	onFirst("init")
	runtime.LockOSThread()
}

func main() {
	for range 20 {
		runtime.Gosched()
		time.Sleep(time.Microsecond)
	}
	onFirst("main")
}
