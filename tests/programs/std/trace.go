// Execution traces: they begin, go on through several generations and end, and tell what the program annotates. With an
// argument the trace is kept in a file of that name; tests/tests/traces.rs lets stock's reader check it.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"runtime"
	"runtime/trace"
	"sync"
	"syscall"
	"time"
)

var sink [][]byte

//go:noinline
func channels() {
	var wg sync.WaitGroup
	c := make(chan int)
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range 100 {
				c <- i
			}
		}()
	}
	go func() { wg.Wait(); close(c) }()
	for range c {
	}
}

func annotations() {
	ctx, task := trace.NewTask(context.Background(), "the task")
	defer task.End()
	trace.WithRegion(ctx, "the region", func() {
		trace.Log(ctx, "the category", "the message")
		time.Sleep(time.Millisecond)
	})
}

func coroutines() {
	next, stop := iter.Pull(func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	next()
	next()
	stop()
	next, stop = iter.Pull(func(yield func(int) bool) { yield(1) })
	next()
	next()
	stop()
}

func memory() {
	for range 200 {
		sink = append(sink, make([]byte, 100_000))
		if len(sink) > 50 {
			sink = nil
		}
	}
	runtime.GC()
}

func procs() {
	for _, n := range []int{4, 1, 3, 2} {
		runtime.GOMAXPROCS(n)
		runtime.Gosched()
	}
}

func calls() {
	r, w, err := os.Pipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		time.Sleep(2 * time.Millisecond)
		w.Write([]byte("hello"))
		w.Close()
	}()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	fmt.Println(exec.Command("true").Run())
	// One that blocks the thread for so long that its P is taken away.
	var fds [2]int
	fmt.Println(syscall.Pipe(fds[:]))
	go func() {
		time.Sleep(40 * time.Millisecond)
		syscall.Write(fds[1], []byte("late"))
	}()
	var late [8]byte
	fmt.Println(syscall.Read(fds[0], late[:]))
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	var stacks [1 << 16]byte
	runtime.Stack(stacks[:], true)
}

func main() {
	var out bytes.Buffer
	fmt.Println(trace.IsEnabled(), trace.Start(&out), trace.IsEnabled())
	fmt.Println(trace.Start(io.Discard))
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{})
	fmt.Println(recorder.Start())
	for range 3 {
		channels()
		annotations()
		coroutines()
		memory()
		procs()
		calls()
		time.Sleep(30 * time.Millisecond)
	}
	var recent bytes.Buffer
	n, err := recorder.WriteTo(&recent)
	fmt.Println(n == int64(recent.Len()), err)
	recorder.Stop()
	trace.Stop()
	trace.Stop()
	fmt.Println(trace.IsEnabled())
	for _, b := range [][]byte{out.Bytes(), recent.Bytes()} {
		fmt.Printf("%q\n", b[:16])
		for _, text := range []string{"the task", "the region", "the category", "the message", "main.channels"} {
			fmt.Println(text, bytes.Contains(b, []byte(text)))
		}
	}
	for i := range 10 {
		var empty bytes.Buffer
		if err := trace.Start(&empty); err != nil {
			fmt.Println(i, err)
		}
		trace.Stop()
		if empty.Len() < 16 {
			fmt.Println(i, empty.Len())
		}
	}
	if len(os.Args) > 1 {
		for i, b := range [][]byte{out.Bytes(), recent.Bytes()} {
			if err := os.WriteFile(fmt.Sprint(os.Args[1], i), b, 0o666); err != nil {
				fmt.Println(err)
			}
		}
	}
}
