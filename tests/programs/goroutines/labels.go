// Labels of runtime/pprof stand in the headers of goroutines.
//
// exit: 2
// stderr: match
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
)

func header() string {
	buf := make([]byte, 4096)
	line, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "\n")
	_, line, _ = strings.Cut(line, "[")
	return line
}

func main() {
	pprof.Do(context.Background(), pprof.Labels("key", "value", "quo ted", "a\n\t\"\\\x00\x7f\xff\u1234\U00045678"), func(context.Context) {
		fmt.Println(header())
		done := make(chan string)
		go func() { done <- header() }()
		fmt.Println(<-done)
		os.Setenv("GODEBUG", "tracebacklabels=0")
		fmt.Println(header())
		os.Setenv("GODEBUG", "")
		fmt.Println(header())
		os.Setenv("GODEBUG", "tracebacklabels=1")
	})
	fmt.Println(header())
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels("last", "words")))
	panic("labelled")
}
