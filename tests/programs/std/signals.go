package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

// What signals do that nobody asked for: most are caught and have no effect, a few end the process, and os/signal
// changes that and changes it back.

func main() {
	if len(os.Args) == 3 {
		child(os.Args[1], os.Args[2])
		return
	}
	exe, err := os.Executable()
	if err != nil {
		panic(err)
	}
	// The two dispositions that are inherited: whoever started this program may ignore them. A signal that is asked for
	// has its default action in children.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP, syscall.SIGINT)
	for _, mode := range []string{"plain", "reset", "ignore", "notify", "ignore-reset"} {
		for _, s := range []int{1, 2, 10, 12, 13, 14, 15, 17, 23, 24, 25, 26, 27, 28, 29, 30, 35, 64} {
			cmd := exec.Command(exe, mode, strconv.Itoa(s))
			out, err := cmd.Output()
			fmt.Printf("%s %d: %s %v\n", mode, s, out, err)
		}
	}
	// Ends with a dump.
	for _, s := range []int{3, 4, 5, 6, 7, 8, 11, 16, 31} {
		cmd := exec.Command(exe, "plain", strconv.Itoa(s))
		out, err := cmd.Output()
		text := err.(*exec.ExitError).Stderr
		for i, b := range text {
			if b == '\n' {
				text = text[:i]
				break
			}
		}
		fmt.Printf("%d: %s %v %q\n", s, out, err, text)
	}
}

func child(mode, number string) {
	n, _ := strconv.Atoi(number)
	s := syscall.Signal(n)
	c := make(chan os.Signal, 1)
	switch mode {
	case "reset":
		signal.Notify(c, s)
		signal.Reset(s)
	case "ignore":
		signal.Ignore(s)
	case "notify":
		signal.Notify(c, s)
	case "ignore-reset":
		signal.Ignore(s)
		signal.Reset(s)
	}
	runtime.LockOSThread()
	// To this thread, so that it has come when the call returns.
	syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(syscall.Gettid()), uintptr(n))
	if mode == "notify" && n != 27 {
		for g := range c {
			if g == s {
				fmt.Print("got ", g, " ")
				break
			}
		}
	} else {
		time.Sleep(time.Millisecond)
	}
	fmt.Print("alive, ignored ", signal.Ignored(s))
}
