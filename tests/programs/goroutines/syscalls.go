package main

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

// Short system calls on several goroutines while the world is stopped again and again: a request to yield that comes
// between the entry into a system call and the call itself must wait until the call is over.
func main() {
	runtime.GOMAXPROCS(4)
	name := os.Args[0]
	f, err := os.Open(name)
	if err != nil {
		panic(err)
	}
	want := make([]byte, 512)
	if _, err := f.ReadAt(want, 0); err != nil {
		panic(err)
	}
	var stop atomic.Bool
	var reads atomic.Int64
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Go(func() {
			for !stop.Load() {
				got := make([]byte, 512)
				if _, err := f.ReadAt(got, 0); err != nil {
					panic(err)
				}
				if !bytes.Equal(got, want) {
					panic("read something else")
				}
				reads.Add(1)
			}
		})
	}
	for i := 0; i < 300 || reads.Load() < 1000; i++ {
		runtime.GC()
		if i%10 == 0 {
			runtime.Gosched()
		}
	}
	stop.Store(true)
	wg.Wait()
	fmt.Println("ok")
}
