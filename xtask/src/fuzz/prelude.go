package main

import (
	"fmt"
	"iter"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
)

var (
	state uint64
	fuel  int
	trace = os.Getenv("TRACE") != ""
)

// tick ends programs that run for too long.
func tick() {
	fuel--
	if fuel < 0 {
		panic("out of fuel")
	}
}

// chk mixes values into the state of the running program.
func chk(at int, values ...any) {
	tick()
	s := fmt.Sprint(values...)
	if trace {
		fmt.Println("\t", at, s)
	}
	for i := 0; i < len(s); i++ {
		state = (state ^ uint64(s[i])) * 1099511628211
	}
	state = (state ^ uint64(at)) * 1099511628211
}

func run(id int, f func()) {
	state, fuel = 14695981039346656037, 20000
	defer func() {
		switch r := recover().(type) {
		case nil:
			fmt.Println(id, state, "ends")
		case runtime.Error:
			fmt.Println(id, state, "runtime error:", r.Error())
		default:
			fmt.Println(id, state, "panic:", r)
		}
	}()
	f()
}

func clipS[S ~string](s S) S {
	if len(s) > 48 {
		return s[:48]
	}
	return s
}

func clip[T any](s []T) []T {
	if len(s) > 24 {
		s = s[:24]
	}
	return s[:len(s):len(s)]
}

func sortedKeys[K comparable, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
	return keys
}

type number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

func gsum[T number](a, b T, n int) T {
	t := a
	for i := range n {
		t += b * T(i)
	}
	return t
}

func gpick[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

func gmap[T, U any](s []T, f func(T) U) []U {
	out := make([]U, 0, len(s))
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}

func is[T any](x any) bool {
	_, ok := x.(T)
	return ok
}

func real32(c complex128) float32 { return float32(real(c)) }

type pair[A, B any] struct {
	First  A
	Second B
}

func (p pair[A, B]) swap() pair[B, A] { return pair[B, A]{p.Second, p.First} }

func (p *pair[A, B]) set(a A) { p.First = a }

func mk[A, B any](a A, b B) pair[A, B] { return pair[A, B]{a, b} }

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n; i++ {
			if !yield(i) {
				return
			}
		}
	}
}

func each[T any](s []T) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		defer tick()
		for i, x := range s {
			if !yield(i, x) {
				return
			}
		}
	}
}

func protect(f func()) (r any) {
	defer func() {
		switch x := recover().(type) {
		case nil:
		case runtime.Error:
			r = x.Error()
		default:
			if x == "out of fuel" {
				panic(x)
			}
			r = x
		}
	}()
	f()
	return "fine"
}

var (
	_ = strconv.Itoa
	_ = strings.Repeat
	_ sync.Mutex
)
