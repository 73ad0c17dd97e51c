// The kernel refuses to make another thread: an error that says so, not a hang.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	if len(os.Args) > 1 {
		needThreads()
		return
	}
	var stderr strings.Builder
	child := exec.Command("/proc/self/exe", "child")
	child.Stderr = &stderr
	var ended *exec.ExitError
	if err := child.Run(); !errors.As(err, &ended) {
		panic(fmt.Sprint("the child did not fail: ", err))
	}
	lines := strings.Split(stderr.String(), "\n")
	before, rest, _ := strings.Cut(lines[0], "(have ")
	_, after, _ := strings.Cut(rest, " already")
	fmt.Println(ended.ExitCode(), before, after)
	fmt.Println(strings.Join(lines[1:3], "\n"))
}

// needThreads has clone fail with EAGAIN from now on (seccomp, filter mode), and then locks goroutines to threads.
func needThreads() {
	type instruction struct {
		code   uint16
		jt, jf uint8
		k      uint32
	}
	filter := []instruction{
		{0x20, 0, 0, 0},                 // the number of the system call
		{0x15, 1, 0, syscall.SYS_CLONE}, // clone?
		{0x06, 0, 0, 0x7fff0000},        // no: allowed
		{0x06, 0, 0, 0x00050000 | uint32(syscall.EAGAIN)},
	}
	program := struct {
		n int64
		p *instruction
	}{int64(len(filter)), &filter[0]}
	const noNewPrivileges, seccomp, filterMode, allThreads = 38, 317, 1, 1
	if _, _, e := syscall.RawSyscall(syscall.SYS_PRCTL, noNewPrivileges, 1, 0); e != 0 {
		panic(e)
	}
	if _, _, e := syscall.RawSyscall(seccomp, filterMode, allThreads, uintptr(unsafe.Pointer(&program))); e != 0 {
		panic(e)
	}
	for range 100 {
		go func() {
			runtime.LockOSThread()
			time.Sleep(time.Hour)
		}()
		time.Sleep(time.Millisecond)
	}
}
