// exit: 2
// env: GOTRACEBACK=all
// Traces show what goroutines wait in, by the names that the standard library has for it.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"
)

func main() {
	var mu sync.Mutex
	var rw sync.RWMutex
	mu.Lock()
	rw.Lock()
	wait := func(f func()) {
		go f()
		time.Sleep(20 * time.Millisecond)
	}
	wait(func() { time.Sleep(time.Hour) })
	wait(func() { mu.Lock() })
	wait(func() { rw.RLock() })
	wait(func() { rw.Lock() })
	wait(func() {
		var wg sync.WaitGroup
		wg.Add(1)
		wg.Wait()
	})
	wait(func() {
		var other sync.Mutex
		c := sync.NewCond(&other)
		other.Lock()
		c.Wait()
	})
	wait(func() { select {} })
	wait(func() { <-make(chan int) })
	wait(func() {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		fmt.Println(err)
		l.Accept()
	})
	wait(func() {
		r, w, err := os.Pipe()
		fmt.Println(err)
		r.Read(make([]byte, 1))
		// A collection would close it, and end the reading.
		runtime.KeepAlive(w)
	})
	panic("look")
}
