// A signal that arrives while signal.Stop runs is either delivered or has its default effect: it is never lost.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		race()
		return
	}
	// Otherwise the children might ignore it from the start.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT)
	self, err := os.Executable()
	if err != nil {
		panic(err)
	}
	for i := range 60 {
		out, err := exec.Command(self, "child").CombinedOutput()
		killed := false
		if status, ok := err.(*exec.ExitError); ok {
			killed = status.Sys().(syscall.WaitStatus).Signal() == syscall.SIGINT
		}
		if len(out) > 0 || err != nil && !killed {
			fmt.Println(i, err, string(out))
		}
	}
	fmt.Println("done")
}

func race() {
	for range 50 {
		signals := make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGINT)
		var stopped sync.WaitGroup
		stopped.Go(func() { signal.Stop(signals) })
		syscall.Kill(syscall.Getpid(), syscall.SIGINT)
		select {
		case <-signals:
		case <-time.After(10 * time.Second):
			fmt.Print("lost a signal")
			return
		}
		stopped.Wait()
	}
}
