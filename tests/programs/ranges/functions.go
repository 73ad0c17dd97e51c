// Range over functions: break, continue, labels, return, goto, defer, panics, misbehaving iterators, iter.Pull.
package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

func count(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		defer fmt.Print("[done] ")
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

func pairs(s string) iter.Seq2[int, rune] {
	return func(yield func(int, rune) bool) {
		for i, r := range s {
			if !yield(i, r) {
				return
			}
		}
	}
}

func filter[T any](s iter.Seq[T], keep func(T) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for x := range s {
			if keep(x) && !yield(x) {
				return
			}
		}
	}
}

func find(n int) (res string, ok bool) {
	for i := range count(10) {
		for j := range count(10) {
			if i*j == n {
				return fmt.Sprint(i, "*", j), true
			}
		}
	}
	return "", false
}

func deferring() {
	for i := range count(3) {
		defer fmt.Println("deferred in body", i)
	}
	fmt.Println("end of deferring")
}

func labelled() {
outer:
	for i := range count(5) {
		for j := range count(5) {
			if j == 2 {
				continue outer
			}
			if i == 2 {
				break outer
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
	for i := range count(3) {
		if i == 1 {
			goto end
		}
	}
end:
	fmt.Println("after goto")
}

func recovered(name string, f func()) {
	defer func() { fmt.Println(name, "recovered:", recover()) }()
	f()
}

func noArgs(yield func() bool) {
	for yield() {
	}
}

func main() {
	for i := range count(3) {
		fmt.Print(i, " ")
	}
	for i := range count(10) {
		if i%2 == 0 {
			continue
		}
		if i > 5 {
			break
		}
		fmt.Print(i, " ")
	}
	for range count(2) {
		fmt.Print("x ")
	}
	for i, r := range pairs("aé") {
		fmt.Print(i, string(r), " ")
	}
	for i := range pairs("zz") {
		fmt.Print(i, " ")
	}
	n := 0
	for range noArgs {
		n++
		if n == 5 {
			break
		}
	}
	fmt.Println(n)
	fmt.Println(find(42))
	fmt.Println(find(97))
	deferring()
	labelled()
	for x := range filter(count(20), func(i int) bool { return i%7 == 3 }) {
		fmt.Print(x, " ")
	}
	fmt.Println()
	var fs []func() int
	for i := range count(3) {
		fs = append(fs, func() int { i++; return i })
	}
	for _, f := range fs {
		fmt.Print(f(), f(), " ")
	}
	fmt.Println()
	recovered("body panics", func() {
		for i := range count(3) {
			if i == 1 {
				panic("in body")
			}
		}
	})
	recovered("continues after false", func() {
		for range func(yield func(int) bool) { yield(1); yield(2) } {
			break
		}
	})
	var saved func(int) bool
	recovered("called after the loop", func() {
		for range func(yield func(int) bool) { saved = yield } {
		}
		saved(1)
	})
	recovered("iterator swallows a panic", func() {
		for range func(yield func() bool) {
			defer func() { recover() }()
			yield()
		} {
			panic("lost")
		}
	})
	recovered("nil iterator", func() {
		var s iter.Seq[int]
		for range s {
		}
	})
	next, stop := iter.Pull(count(3))
	for {
		v, ok := next()
		fmt.Print(v, ok, " ")
		if !ok {
			break
		}
	}
	stop()
	next2, stop2 := iter.Pull2(pairs("xyz"))
	fmt.Println(next2())
	stop2()
	fmt.Println(next2())
	fmt.Println(slices.Collect(filter(slices.Values([]int{1, 2, 3, 4}), func(i int) bool { return i > 2 })), slices.Sorted(maps.Keys(map[int]bool{3: true, 1: true})))
	var fib iter.Seq[int] = func(yield func(int) bool) {
		a, b := 0, 1
		for yield(a) {
			a, b = b, a+b
		}
	}
	for x := range fib {
		if x > 100 {
			break
		}
		fmt.Print(x, " ")
	}
	fmt.Println()
}
