// A goroutine profile has the stack of every goroutine, with its labels.
package main

import (
	"context"
	"fmt"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

//go:noinline
func waits(c chan int) { <-c }

func main() {
	c := make(chan int)
	for range 3 {
		go waits(c)
	}
	for range 2 {
		pprof.Do(context.Background(), pprof.Labels("key", "value"), func(context.Context) { go waits(c) })
	}
	// Until all of them wait.
	time.Sleep(50 * time.Millisecond)
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		fmt.Println(err)
	}
	parts := strings.Split(text.String(), "\n\n")
	for i, part := range parts {
		var names []string
		for _, line := range strings.Split(part, "\n") {
			switch words := strings.Fields(line); {
			case strings.HasPrefix(line, "goroutine profile"):
				fmt.Println(line)
			case strings.HasPrefix(line, "# labels"):
				names = append(names, line)
			case strings.HasPrefix(line, "#") && len(words) > 2:
				name, _, _ := strings.Cut(words[2], "+")
				names = append(names, name)
			case len(words) > 1 && words[1] == "@":
				names = append(names, words[0])
			}
		}
		parts[i] = strings.Join(names, " ")
	}
	slices.Sort(parts)
	for _, part := range parts {
		fmt.Println(part)
	}
	fmt.Println(pprof.Lookup("goroutine").Count())
	fmt.Println(runtime.GoroutineProfile(make([]runtime.StackRecord, 2)))
	records := make([]runtime.StackRecord, 20)
	n, ok := runtime.GoroutineProfile(records)
	fmt.Println(n, ok, len(records[0].Stack()) > 1, len(records[n-1].Stack()) > 0, len(records[n].Stack()))
}
