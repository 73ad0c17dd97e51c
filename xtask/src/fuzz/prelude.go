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

// Values that no compiler may take for constants.
var (
	some_int        = [...]int{0, 1, -1, 2, 7, 31, 64, 99, 9223372036854775807, -9223372036854775808, 9223372036854775806, 4611686018427387904}
	some_int8       = [...]int8{0, 1, -1, 2, 7, 31, 64, 99, 127, -128, 126, 64}
	some_int16      = [...]int16{0, 1, -1, 2, 7, 31, 64, 99, 32767, -32768, 32766, 16384}
	some_int32      = [...]int32{0, 1, -1, 2, 7, 31, 64, 99, 2147483647, -2147483648, 2147483646, 1073741824}
	some_int64      = [...]int64{0, 1, -1, 2, 7, 31, 64, 99, 9223372036854775807, -9223372036854775808, 9223372036854775806, 4611686018427387904}
	some_uint       = [...]uint{0, 1, 0, 2, 7, 31, 64, 99, 18446744073709551615, 0, 18446744073709551614, 9223372036854775808}
	some_uint8      = [...]uint8{0, 1, 0, 2, 7, 31, 64, 99, 255, 0, 254, 128}
	some_uint16     = [...]uint16{0, 1, 0, 2, 7, 31, 64, 99, 65535, 0, 65534, 32768}
	some_uint32     = [...]uint32{0, 1, 0, 2, 7, 31, 64, 99, 4294967295, 0, 4294967294, 2147483648}
	some_uint64     = [...]uint64{0, 1, 0, 2, 7, 31, 64, 99, 18446744073709551615, 0, 18446744073709551614, 9223372036854775808}
	some_uintptr    = [...]uintptr{0, 1, 0, 2, 7, 31, 64, 99, 18446744073709551615, 0, 18446744073709551614, 9223372036854775808}
	some_float32    = [...]float32{0, 1, -1, 0.5, 3.25, -2.75, 1e10, 1e-10, 16777217, 1e30, -0.1, 99}
	some_float64    = [...]float64{0, 1, -1, 0.5, 3.25, -2.75, 1e10, 1e-10, 16777217, 1e30, -0.1, 99}
	some_complex128 = [...]complex128{0, 1, -1, 1i, -0.5i, 3.25 - 2.75i, 1e10 + 1e-10i, 16777217, 1e30i, -0.1 - 0.1i, 2 + 3i, 99}
	some_string     = [...]string{"", "a", "xyz", "\u00e9\U0001f600", "\xff\xc0q", "hello, world", "0", "-1", "golang", " ", "A\x00b", "\u4e16"}
	some_bool       = [...]bool{true, false, true, false, true, false, true, false, true, false, true, false}
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

// through calls a function that the compiler does not see through.
//
//go:noinline
func through[T any](f func() T) T { return f() }

// clobber overwrites the stack below its caller.
//
//go:noinline
func clobber(n int) int {
	var a [512]int
	for i := range a {
		a[i] = n ^ i
	}
	return a[n&511]
}

var (
	_ = strconv.Itoa
	_ = strings.Repeat
	_ sync.Mutex
)
