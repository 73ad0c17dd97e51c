// env: GOMAXPROCS=8
// What a locked goroutine does to its thread, here its name, is not inherited by threads that are started meanwhile.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"unsafe"
)

func main() {
	done := make(chan int)
	go func() {
		runtime.LockOSThread()
		name := []byte("locked\x00")
		const prSetName = 15
		if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, prSetName, uintptr(unsafe.Pointer(&name[0])), 0); errno != 0 {
			panic(errno)
		}
		// Each blocks a thread, so that this one has to ask for more.
		var pipe [2]int
		if err := syscall.Pipe(pipe[:]); err != nil {
			panic(err)
		}
		var started, ended sync.WaitGroup
		for range 40 {
			started.Add(1)
			ended.Go(func() {
				started.Done()
				var b [1]byte
				syscall.Read(pipe[0], b[:])
			})
			runtime.Gosched()
		}
		started.Wait()
		fmt.Println(named("locked"))
		syscall.Close(pipe[1])
		ended.Wait()
		done <- 1
		// The thread ends with its goroutine.
	}()
	<-done
}

func named(name string) (n int) {
	files, err := filepath.Glob("/proc/self/task/*/comm")
	if err != nil || len(files) < 20 {
		panic(fmt.Sprint(len(files), err))
	}
	for _, file := range files {
		text, _ := os.ReadFile(file)
		if strings.TrimSpace(string(text)) == name {
			n++
		}
	}
	return
}
