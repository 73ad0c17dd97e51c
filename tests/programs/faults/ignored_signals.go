// A signal that faults raise as well is ignored if the program says so and somebody sends it.
package main

import (
	"fmt"
	"os/signal"
	"syscall"
)

func main() {
	signals := []syscall.Signal{
		syscall.SIGTRAP, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGSYS,
		syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1,
	}
	for _, s := range signals {
		signal.Ignore(s)
		syscall.Kill(syscall.Getpid(), s)
		fmt.Println(s, signal.Ignored(s))
	}
	// Faults still are what they were.
	defer func() { fmt.Println(recover()) }()
	var p *int
	*p = 1
}
