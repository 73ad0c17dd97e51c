// env: GOMAXPROCS=4
// timeout: 120
// Storms of signals, among them the one that preempts, while goroutines compute, allocate, wait and run children: nothing
// is lost, no call fails with EINTR.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	c := make(chan os.Signal, 16)
	signal.Notify(c, syscall.SIGCHLD, syscall.SIGALRM, syscall.SIGUSR1)
	var seen [65]atomic.Bool
	go func() {
		for s := range c {
			seen[s.(syscall.Signal)].Store(true)
		}
	}()
	var stop atomic.Bool
	var storms sync.WaitGroup
	for _, s := range []syscall.Signal{syscall.SIGURG, syscall.SIGCHLD, syscall.SIGALRM, syscall.SIGUSR1} {
		storms.Go(func() {
			for !stop.Load() {
				syscall.Kill(os.Getpid(), s)
				time.Sleep(50 * time.Microsecond)
			}
		})
	}
	var wg sync.WaitGroup
	results := make([]string, 4)
	wg.Go(func() { results[0] = compute() })
	wg.Go(func() { results[1] = children() })
	wg.Go(func() { results[2] = pipes() })
	wg.Go(func() { results[3] = sleeps() })
	wg.Wait()
	stop.Store(true)
	storms.Wait()
	for _, r := range results {
		fmt.Println(r)
	}
	fmt.Println(seen[syscall.SIGCHLD].Load(), seen[syscall.SIGALRM].Load(), seen[syscall.SIGUSR1].Load())
}

func compute() string {
	x := uint64(1)
	var keep [][]byte
	for i := range 200_000 {
		x = x*6364136223846793005 + 1442695040888963407
		if i%10 == 0 {
			keep = append(keep, make([]byte, x>>56))
		}
	}
	n := 0
	for _, b := range keep {
		n += len(b)
	}
	return fmt.Sprint(x, n)
}

func children() string {
	n := 0
	for range 10 {
		out, err := exec.Command("/bin/echo", "hello").Output()
		if err != nil {
			return err.Error()
		}
		n += len(out)
	}
	return fmt.Sprint(n)
}

func pipes() string {
	r, w, err := os.Pipe()
	if err != nil {
		return err.Error()
	}
	go func() {
		for range 200 {
			w.Write(bytes.Repeat([]byte("x"), 10_000))
		}
		w.Close()
	}()
	n, err := io.Copy(io.Discard, r)
	return fmt.Sprint(n, err)
}

func sleeps() string {
	short := 0
	for range 50 {
		start := time.Now()
		time.Sleep(2 * time.Millisecond)
		if time.Since(start) < 2*time.Millisecond {
			short++
		}
	}
	return fmt.Sprint(short)
}
