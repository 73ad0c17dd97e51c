// Stores in a loop that calls observe and that are overwritten only behind the loop.
package main

import "fmt"

type state struct {
	n    int
	name string
	next *state
}

var (
	level  int
	label  string
	shared state
)

//go:noinline
func seen() string { return fmt.Sprint(level, label, shared.n, shared.name) }

//go:noinline
func global(n int) {
	for i := 1; ; i++ {
		level = i
		if i >= n {
			break
		}
		fmt.Println(seen())
	}
	level = -1
}

//go:noinline
func aggregate(n int) {
	for i := range n {
		label = fmt.Sprint("round ", i)
		shared = state{n: i, name: label}
		if i%3 == 2 {
			continue
		}
		fmt.Println(seen())
	}
	label, shared = "", state{}
}

//go:noinline
func through(s *state, visit func()) {
	for i := 0; ; i++ {
		s.n = i
		s.next = s
		if i == 3 {
			break
		}
		visit()
	}
	s.n = 100
	s.next = nil
}

//go:noinline
func local(n int) (total int) {
	var depth int
	look := func() { total = total*10 + depth }
	for {
		depth = n
		if n == 0 {
			break
		}
		call(look)
		n--
	}
	depth = 7
	call(look)
	return total
}

//go:noinline
func call(f func()) { f() }

// The panic leaves the loop, and the deferred function sees what was stored last.
func abandoned(xs []int) {
	defer func() { fmt.Println(recover() != nil, level) }()
	for i := 0; ; i++ {
		level = i
		if len(xs) == 0 {
			break
		}
		_ = xs[i]
	}
	level = 99
}

func main() {
	global(4)
	fmt.Println(seen())
	aggregate(5)
	fmt.Println(seen())
	s := &state{}
	through(s, func() { fmt.Println(s.n, s.next == s) })
	fmt.Println(s.n, s.next == nil)
	fmt.Println(local(4))
	abandoned([]int{1, 2, 3})
}
