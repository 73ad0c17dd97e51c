// exit: 7
// os.Exit runs no deferred calls and ends other goroutines.
package main

import (
	"fmt"
	"os"
)

func main() {
	defer fmt.Println("never")
	go func() {
		for {
		}
	}()
	fmt.Println("exiting")
	os.Exit(7)
}
