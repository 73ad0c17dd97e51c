// Binary trees of depth 18 (or as the argument says), for the collector: prints counts, and on standard error the
// resident set at the end in kilobytes.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

type node struct{ left, right *node }

func build(depth int) *node {
	if depth == 0 {
		return &node{}
	}
	return &node{build(depth - 1), build(depth - 1)}
}

func (n *node) count() int {
	if n.left == nil {
		return 1
	}
	return 1 + n.left.count() + n.right.count()
}

func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.TrimSuffix(strings.TrimSpace(rest), " kB")
		}
	}
	return "unknown"
}

func main() {
	const least = 4
	most := 18
	if len(os.Args) > 1 {
		most, _ = strconv.Atoi(os.Args[1])
	}
	fmt.Printf("stretch tree of depth %d: %d nodes\n", most+1, build(most+1).count())
	long := build(most)
	for depth := least; depth <= most; depth += 2 {
		trees, nodes := 1<<(most-depth+least), 0
		for range trees {
			nodes += build(depth).count()
		}
		fmt.Printf("%d trees of depth %d: %d nodes\n", trees, depth, nodes)
	}
	fmt.Printf("long-lived tree of depth %d: %d nodes\n", most, long.count())
	fmt.Fprintln(os.Stderr, resident())
}
