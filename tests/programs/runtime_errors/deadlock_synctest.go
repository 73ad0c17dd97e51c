// exit: 2
// A bubble of testing/synctest that cannot go on: the panic shows the goroutines of the bubble, and no others.
package main

import (
	"testing"
	"testing/synctest"
)

func main() {
	go func() { select {} }()
	all := []testing.InternalTest{{Name: "Deadlock", F: deadlock}}
	testing.Main(func(pat, str string) (bool, error) { return true, nil }, all, nil, nil)
}

func deadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := make(chan int)
		go func() { c <- 1 }()
		go func() { var nothing chan int; <-nothing }()
		select {}
	})
}
