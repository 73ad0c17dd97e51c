// A CPU profile names the functions that were busy, those that they were called from, and the labels of goroutines.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/pprof"
	"time"
)

//go:noinline
func busy(until time.Time) (x float64) {
	for time.Now().Before(until) {
		for i := range 100_000 {
			x += float64(i)
		}
	}
	return x
}

func profile(f func()) []byte {
	var b bytes.Buffer
	if err := pprof.StartCPUProfile(&b); err != nil {
		fmt.Println(err)
	}
	fmt.Println(pprof.StartCPUProfile(io.Discard))
	f()
	pprof.StopCPUProfile()
	r, err := gzip.NewReader(&b)
	if err != nil {
		fmt.Println(err)
	}
	text, err := io.ReadAll(r)
	fmt.Println(err)
	return text
}

func main() {
	for range 2 {
		text := profile(func() {
			done := make(chan bool)
			go pprof.Do(context.Background(), pprof.Labels("colour", "green"), func(context.Context) {
				busy(time.Now().Add(300 * time.Millisecond))
				runtime.GC()
				done <- true
			})
			<-done
		})
		for _, word := range []string{"main.busy", "main.main.func1.1", "colour", "green", "nanoseconds", "main.idle"} {
			fmt.Println(word, bytes.Contains(text, []byte(word)))
		}
	}
	// Nothing happens: a profile all the same.
	profile(func() {})
	pprof.StopCPUProfile()
}
