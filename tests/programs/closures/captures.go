// What closures capture, and when.
package main

import "fmt"

func counter() (inc func() int, get func() int) {
	n := 0
	return func() int { n++; return n }, func() int { return n }
}

func fib() func() int {
	a, b := 0, 1
	return func() int {
		defer func() { a, b = b, a+b }()
		return a
	}
}

type T struct{ n int }

func (t T) val(x int) int  { return t.n + x }
func (t *T) ptr(x int) int { t.n += x; return t.n }

type adder interface{ val(int) int }

func compose[A, B, C any](f func(A) B, g func(B) C) func(A) C {
	return func(a A) C { return g(f(a)) }
}

func apply(fs ...func()) {
	for _, f := range fs {
		f()
	}
}

func main() {
	inc, get := counter()
	inc()
	inc()
	fmt.Println(get(), inc(), get())
	f := fib()
	for range 10 {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { i *= 10; return i })
	}
	for _, s := range []string{"a", "b"} {
		fs = append(fs, func() int { return len(s) + int(s[0]) })
	}
	for _, f := range fs {
		fmt.Print(f(), " ", f(), " ")
	}
	fmt.Println()
	// The copy of a loop variable is made before the post statement.
	var ps []*int
	for i := 0; i < 6; i++ {
		if i == 2 {
			i++
		}
		ps = append(ps, &i)
	}
	for _, p := range ps {
		fmt.Print(*p, " ")
	}
	fmt.Println()
	t := T{1}
	v, p, e, pe := t.val, t.ptr, T.val, (*T).ptr
	t.n = 100
	fmt.Println(v(1), p(1), e(t, 1), pe(&t, 1), t.n, (*T).val(&t, 5))
	var a adder = t
	av, ae := a.val, adder.val
	t.n = 0
	fmt.Println(av(1), ae(a, 2))
	var rec func(int) int
	rec = func(n int) int {
		if n < 2 {
			return n
		}
		return rec(n-1) + rec(n-2)
	}
	fmt.Println(rec(20))
	g := compose(func(x int) string { return fmt.Sprint(x * 2) }, func(s string) []byte { return []byte(s + "!") })
	fmt.Println(string(g(21)))
	x := 1
	apply(func() { x++ }, func() { x *= 10 }, func() { y := x; apply(func() { y++; x = y }) })
	fmt.Println(x)
	func(args ...any) { fmt.Println(len(args), args) }(1, "two", nil)
	big := [100]int{99: 5}
	h := func() int { return big[99] }
	big[99] = 6
	fmt.Println(h())
	arr := [3]func(int) int{func(a int) int { return a }, nil, func(a int) int { return -a }}
	fmt.Println(arr[0](1), arr[1] == nil, arr[2](1))
}
