// When operands are read that a call between them changes: the language leaves it open, programs rely on gc.
package main

import "fmt"

type S struct{ a, b int }
type V int

func (v V) get() int { return int(v) }

var (
	tmp    = make([]int, 10)
	o, e   = 1, 3
	p1, p3 = &o, &e
	t      = true
)

// hold is called through a variable, so that no compiler sees what it changes.
var hold func() int

func show(a, b, c any) { fmt.Print(a, b, c, "; ") }

//go:noinline
func g[T any](a T, b int, c T) string { return fmt.Sprint(a, b, c) }

func testlen() {
	x := ([]int)(make([]int, 1))
	hold = func() int { x = make([]int, 3); return 2 }
	again := func() { x = make([]int, 1) }
	a, b, c := len(x), hold(), len(x)
	show(a, b, c)
	again()
	fmt.Print(g(len(x), hold(), len(x)), "; ")
	again()
	show(len(x), hold(), len(x))
	again()
	l := []any{len(x), hold(), len(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{len(x), hold(), len(x)}
	fmt.Println(st)
	again()
}

func testcap() {
	x := ([]int)(make([]int, 1))
	hold = func() int { x = make([]int, 3); return 2 }
	again := func() { x = make([]int, 1) }
	a, b, c := cap(x), hold(), cap(x)
	show(a, b, c)
	again()
	fmt.Print(g(cap(x), hold(), cap(x)), "; ")
	again()
	show(cap(x), hold(), cap(x))
	again()
	l := []any{cap(x), hold(), cap(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{cap(x), hold(), cap(x)}
	fmt.Println(st)
	again()
}

func testlenstr() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := len(x), hold(), len(x)
	show(a, b, c)
	again()
	fmt.Print(g(len(x), hold(), len(x)), "; ")
	again()
	show(len(x), hold(), len(x))
	again()
	l := []any{len(x), hold(), len(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{len(x), hold(), len(x)}
	fmt.Println(st)
	again()
}

func testlenmap() {
	x := (map[int]int)(map[int]int{})
	hold = func() int { x = map[int]int{1: 1}; return 2 }
	again := func() { x = map[int]int{} }
	a, b, c := len(x), hold(), len(x)
	show(a, b, c)
	again()
	fmt.Print(g(len(x), hold(), len(x)), "; ")
	again()
	show(len(x), hold(), len(x))
	again()
	l := []any{len(x), hold(), len(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{len(x), hold(), len(x)}
	fmt.Println(st)
	again()
}

func testcomplex() {
	x := (float64)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := complex(x, 0), hold(), complex(x, 0)
	show(a, b, c)
	again()
	fmt.Print(g(complex(x, 0), hold(), complex(x, 0)), "; ")
	again()
	show(complex(x, 0), hold(), complex(x, 0))
	again()
	l := []any{complex(x, 0), hold(), complex(x, 0)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{complex(x, 0), hold(), complex(x, 0)}
	fmt.Println(st)
	again()
}

func testimag() {
	x := (complex128)(1i)
	hold = func() int { x = 3i; return 2 }
	again := func() { x = 1i }
	a, b, c := imag(x), hold(), imag(x)
	show(a, b, c)
	again()
	fmt.Print(g(imag(x), hold(), imag(x)), "; ")
	again()
	show(imag(x), hold(), imag(x))
	again()
	l := []any{imag(x), hold(), imag(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{imag(x), hold(), imag(x)}
	fmt.Println(st)
	again()
}

func testreal() {
	x := (complex128)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := real(x), hold(), real(x)
	show(a, b, c)
	again()
	fmt.Print(g(real(x), hold(), real(x)), "; ")
	again()
	show(real(x), hold(), real(x))
	again()
	l := []any{real(x), hold(), real(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{real(x), hold(), real(x)}
	fmt.Println(st)
	again()
}

func testmin() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := min(x, 7), hold(), min(x, 7)
	show(a, b, c)
	again()
	fmt.Print(g(min(x, 7), hold(), min(x, 7)), "; ")
	again()
	show(min(x, 7), hold(), min(x, 7))
	again()
	l := []any{min(x, 7), hold(), min(x, 7)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{min(x, 7), hold(), min(x, 7)}
	fmt.Println(st)
	again()
}

func testmax() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := max(x, 0), hold(), max(x, 0)
	show(a, b, c)
	again()
	fmt.Print(g(max(x, 0), hold(), max(x, 0)), "; ")
	again()
	show(max(x, 0), hold(), max(x, 0))
	again()
	l := []any{max(x, 0), hold(), max(x, 0)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{max(x, 0), hold(), max(x, 0)}
	fmt.Println(st)
	again()
}

func testnew() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := *new(x), hold(), *new(x)
	show(a, b, c)
	again()
	fmt.Print(g(*new(x), hold(), *new(x)), "; ")
	again()
	show(*new(x), hold(), *new(x))
	again()
	l := []any{*new(x), hold(), *new(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{*new(x), hold(), *new(x)}
	fmt.Println(st)
	again()
}

func testmkslice() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := len(make([]int, x)), hold(), len(make([]int, x))
	show(a, b, c)
	again()
	fmt.Print(g(len(make([]int, x)), hold(), len(make([]int, x))), "; ")
	again()
	show(len(make([]int, x)), hold(), len(make([]int, x)))
	again()
	l := []any{len(make([]int, x)), hold(), len(make([]int, x))}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{len(make([]int, x)), hold(), len(make([]int, x))}
	fmt.Println(st)
	again()
}

func testmkslice2() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := make([]int, x), hold(), make([]int, x)
	show(a, b, c)
	again()
	fmt.Print(g(make([]int, x), hold(), make([]int, x)), "; ")
	again()
	show(make([]int, x), hold(), make([]int, x))
	again()
	l := []any{make([]int, x), hold(), make([]int, x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{make([]int, x), hold(), make([]int, x)}
	fmt.Println(st)
	again()
}

func testappend() {
	x := ([]int)([]int{1})
	hold = func() int { x = []int{1, 2, 3}; return 2 }
	again := func() { x = []int{1} }
	a, b, c := append(x, 9), hold(), append(x, 9)
	show(a, b, c)
	again()
	fmt.Print(g(append(x, 9), hold(), append(x, 9)), "; ")
	again()
	show(append(x, 9), hold(), append(x, 9))
	again()
	l := []any{append(x, 9), hold(), append(x, 9)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{append(x, 9), hold(), append(x, 9)}
	fmt.Println(st)
	again()
}

func testcopy() {
	x := ([]int)([]int{1})
	hold = func() int { x = []int{1, 2, 3}; return 2 }
	again := func() { x = []int{1} }
	a, b, c := copy(tmp, x), hold(), copy(tmp, x)
	show(a, b, c)
	again()
	fmt.Print(g(copy(tmp, x), hold(), copy(tmp, x)), "; ")
	again()
	show(copy(tmp, x), hold(), copy(tmp, x))
	again()
	l := []any{copy(tmp, x), hold(), copy(tmp, x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{copy(tmp, x), hold(), copy(tmp, x)}
	fmt.Println(st)
	again()
}

func testbytes() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := []byte(x), hold(), []byte(x)
	show(a, b, c)
	again()
	fmt.Print(g([]byte(x), hold(), []byte(x)), "; ")
	again()
	show([]byte(x), hold(), []byte(x))
	again()
	l := []any{[]byte(x), hold(), []byte(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{[]byte(x), hold(), []byte(x)}
	fmt.Println(st)
	again()
}

func testrunes() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := []rune(x), hold(), []rune(x)
	show(a, b, c)
	again()
	fmt.Print(g([]rune(x), hold(), []rune(x)), "; ")
	again()
	show([]rune(x), hold(), []rune(x))
	again()
	l := []any{[]rune(x), hold(), []rune(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{[]rune(x), hold(), []rune(x)}
	fmt.Println(st)
	again()
}

func teststr() {
	x := ([]byte)([]byte("a"))
	hold = func() int { x = []byte("abc"); return 2 }
	again := func() { x = []byte("a") }
	a, b, c := string(x), hold(), string(x)
	show(a, b, c)
	again()
	fmt.Print(g(string(x), hold(), string(x)), "; ")
	again()
	show(string(x), hold(), string(x))
	again()
	l := []any{string(x), hold(), string(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{string(x), hold(), string(x)}
	fmt.Println(st)
	again()
}

func testslice() {
	x := ([]int)([]int{1, 2})
	hold = func() int { x = []int{3, 4}; return 2 }
	again := func() { x = []int{1, 2} }
	a, b, c := x[0:1], hold(), x[0:1]
	show(a, b, c)
	again()
	fmt.Print(g(x[0:1], hold(), x[0:1]), "; ")
	again()
	show(x[0:1], hold(), x[0:1])
	again()
	l := []any{x[0:1], hold(), x[0:1]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[0:1], hold(), x[0:1]}
	fmt.Println(st)
	again()
}

func testslicestr() {
	x := (string)("ab")
	hold = func() int { x = "cd"; return 2 }
	again := func() { x = "ab" }
	a, b, c := x[0:1], hold(), x[0:1]
	show(a, b, c)
	again()
	fmt.Print(g(x[0:1], hold(), x[0:1]), "; ")
	again()
	show(x[0:1], hold(), x[0:1])
	again()
	l := []any{x[0:1], hold(), x[0:1]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[0:1], hold(), x[0:1]}
	fmt.Println(st)
	again()
}

func testassert() {
	x := (any)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := x.(int), hold(), x.(int)
	show(a, b, c)
	again()
	fmt.Print(g(x.(int), hold(), x.(int)), "; ")
	again()
	show(x.(int), hold(), x.(int))
	again()
	l := []any{x.(int), hold(), x.(int)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x.(int), hold(), x.(int)}
	fmt.Println(st)
	again()
}

func testassertp() {
	x := (any)(p1)
	hold = func() int { x = p3; return 2 }
	again := func() { x = p1 }
	a, b, c := *x.(*int), hold(), *x.(*int)
	show(a, b, c)
	again()
	fmt.Print(g(*x.(*int), hold(), *x.(*int)), "; ")
	again()
	show(*x.(*int), hold(), *x.(*int))
	again()
	l := []any{*x.(*int), hold(), *x.(*int)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{*x.(*int), hold(), *x.(*int)}
	fmt.Println(st)
	again()
}

func testmapidx() {
	x := (map[int]int)(map[int]int{0: 1})
	hold = func() int { x = map[int]int{0: 3}; return 2 }
	again := func() { x = map[int]int{0: 1} }
	a, b, c := x[0], hold(), x[0]
	show(a, b, c)
	again()
	fmt.Print(g(x[0], hold(), x[0]), "; ")
	again()
	show(x[0], hold(), x[0])
	again()
	l := []any{x[0], hold(), x[0]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[0], hold(), x[0]}
	fmt.Println(st)
	again()
}

func testarr() {
	x := [2]int{1, 1}
	hold = func() int { x = [2]int{3, 3}; return 2 }
	again := func() { x = [2]int{1, 1} }
	a, b, c := x[1], hold(), x[1]
	show(a, b, c)
	again()
	fmt.Print(g(x[1], hold(), x[1]), "; ")
	again()
	show(x[1], hold(), x[1])
	again()
	l := []any{x[1], hold(), x[1]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[1], hold(), x[1]}
	fmt.Println(st)
	again()
}

func testslidx() {
	x := ([]int)([]int{1, 2})
	hold = func() int { x = []int{3, 4}; return 2 }
	again := func() { x = []int{1, 2} }
	a, b, c := x[1], hold(), x[1]
	show(a, b, c)
	again()
	fmt.Print(g(x[1], hold(), x[1]), "; ")
	again()
	show(x[1], hold(), x[1])
	again()
	l := []any{x[1], hold(), x[1]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[1], hold(), x[1]}
	fmt.Println(st)
	again()
}

func testfield() {
	x := S{1, 2}
	hold = func() int { x = S{3, 4}; return 2 }
	again := func() { x = S{1, 2} }
	a, b, c := x.b, hold(), x.b
	show(a, b, c)
	again()
	fmt.Print(g(x.b, hold(), x.b), "; ")
	again()
	show(x.b, hold(), x.b)
	again()
	l := []any{x.b, hold(), x.b}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x.b, hold(), x.b}
	fmt.Println(st)
	again()
}

func testderef() {
	x := (*int)(p1)
	hold = func() int { x = p3; return 2 }
	again := func() { x = p1 }
	a, b, c := *x, hold(), *x
	show(a, b, c)
	again()
	fmt.Print(g(*x, hold(), *x), "; ")
	again()
	show(*x, hold(), *x)
	again()
	l := []any{*x, hold(), *x}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{*x, hold(), *x}
	fmt.Println(st)
	again()
}

func testconv() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := float64(x), hold(), float64(x)
	show(a, b, c)
	again()
	fmt.Print(g(float64(x), hold(), float64(x)), "; ")
	again()
	show(float64(x), hold(), float64(x))
	again()
	l := []any{float64(x), hold(), float64(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{float64(x), hold(), float64(x)}
	fmt.Println(st)
	again()
}

func testiface() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := any(x), hold(), any(x)
	show(a, b, c)
	again()
	fmt.Print(g(any(x), hold(), any(x)), "; ")
	again()
	show(any(x), hold(), any(x))
	again()
	l := []any{any(x), hold(), any(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{any(x), hold(), any(x)}
	fmt.Println(st)
	again()
}

func testifaces() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := any(x), hold(), any(x)
	show(a, b, c)
	again()
	fmt.Print(g(any(x), hold(), any(x)), "; ")
	again()
	show(any(x), hold(), any(x))
	again()
	l := []any{any(x), hold(), any(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{any(x), hold(), any(x)}
	fmt.Println(st)
	again()
}

func testand() {
	x := (bool)(false)
	hold = func() int { x = true; return 2 }
	again := func() { x = false }
	a, b, c := x && t, hold(), x && t
	show(a, b, c)
	again()
	fmt.Print(g(x && t, hold(), x && t), "; ")
	again()
	show(x && t, hold(), x && t)
	again()
	l := []any{x && t, hold(), x && t}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x && t, hold(), x && t}
	fmt.Println(st)
	again()
}

func testeq() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := x == 3, hold(), x == 3
	show(a, b, c)
	again()
	fmt.Print(g(x == 3, hold(), x == 3), "; ")
	again()
	show(x == 3, hold(), x == 3)
	again()
	l := []any{x == 3, hold(), x == 3}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x == 3, hold(), x == 3}
	fmt.Println(st)
	again()
}

func testeqs() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := x == "abc", hold(), x == "abc"
	show(a, b, c)
	again()
	fmt.Print(g(x == "abc", hold(), x == "abc"), "; ")
	again()
	show(x == "abc", hold(), x == "abc")
	again()
	l := []any{x == "abc", hold(), x == "abc"}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x == "abc", hold(), x == "abc"}
	fmt.Println(st)
	again()
}

func testeqst() {
	x := S{1, 2}
	hold = func() int { x = S{3, 4}; return 2 }
	again := func() { x = S{1, 2} }
	a, b, c := x == S{3, 4}, hold(), x == S{3, 4}
	show(a, b, c)
	again()
	fmt.Print(g(x == S{3, 4}, hold(), x == S{3, 4}), "; ")
	again()
	show(x == S{3, 4}, hold(), x == S{3, 4})
	again()
	l := []any{x == S{3, 4}, hold(), x == S{3, 4}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x == S{3, 4}, hold(), x == S{3, 4}}
	fmt.Println(st)
	again()
}

func testadd() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := x+1, hold(), x+1
	show(a, b, c)
	again()
	fmt.Print(g(x+1, hold(), x+1), "; ")
	again()
	show(x+1, hold(), x+1)
	again()
	l := []any{x + 1, hold(), x + 1}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x + 1, hold(), x + 1}
	fmt.Println(st)
	again()
}

func testcat() {
	x := (string)("a")
	hold = func() int { x = "abc"; return 2 }
	again := func() { x = "a" }
	a, b, c := x+"z", hold(), x+"z"
	show(a, b, c)
	again()
	fmt.Print(g(x+"z", hold(), x+"z"), "; ")
	again()
	show(x+"z", hold(), x+"z")
	again()
	l := []any{x + "z", hold(), x + "z"}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x + "z", hold(), x + "z"}
	fmt.Println(st)
	again()
}

func testneg() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := -x, hold(), -x
	show(a, b, c)
	again()
	fmt.Print(g(-x, hold(), -x), "; ")
	again()
	show(-x, hold(), -x)
	again()
	l := []any{-x, hold(), -x}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{-x, hold(), -x}
	fmt.Println(st)
	again()
}

func testplain() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := x, hold(), x
	show(a, b, c)
	again()
	fmt.Print(g(x, hold(), x), "; ")
	again()
	show(x, hold(), x)
	again()
	l := []any{x, hold(), x}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x, hold(), x}
	fmt.Println(st)
	again()
}

func teststrct() {
	x := S{1, 2}
	hold = func() int { x = S{3, 4}; return 2 }
	again := func() { x = S{1, 2} }
	a, b, c := x, hold(), x
	show(a, b, c)
	again()
	fmt.Print(g(x, hold(), x), "; ")
	again()
	show(x, hold(), x)
	again()
	l := []any{x, hold(), x}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x, hold(), x}
	fmt.Println(st)
	again()
}

func testlit() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := S{x, 2}, hold(), S{x, 2}
	show(a, b, c)
	again()
	fmt.Print(g(S{x, 2}, hold(), S{x, 2}), "; ")
	again()
	show(S{x, 2}, hold(), S{x, 2})
	again()
	l := []any{S{x, 2}, hold(), S{x, 2}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{S{x, 2}, hold(), S{x, 2}}
	fmt.Println(st)
	again()
}

func testslit() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := []int{x, 2}, hold(), []int{x, 2}
	show(a, b, c)
	again()
	fmt.Print(g([]int{x, 2}, hold(), []int{x, 2}), "; ")
	again()
	show([]int{x, 2}, hold(), []int{x, 2})
	again()
	l := []any{[]int{x, 2}, hold(), []int{x, 2}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{[]int{x, 2}, hold(), []int{x, 2}}
	fmt.Println(st)
	again()
}

func testalit() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := [2]int{x, 2}, hold(), [2]int{x, 2}
	show(a, b, c)
	again()
	fmt.Print(g([2]int{x, 2}, hold(), [2]int{x, 2}), "; ")
	again()
	show([2]int{x, 2}, hold(), [2]int{x, 2})
	again()
	l := []any{[2]int{x, 2}, hold(), [2]int{x, 2}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{[2]int{x, 2}, hold(), [2]int{x, 2}}
	fmt.Println(st)
	again()
}

func testmlit() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := map[int]int{x: 2}, hold(), map[int]int{x: 2}
	show(a, b, c)
	again()
	fmt.Print(g(map[int]int{x: 2}, hold(), map[int]int{x: 2}), "; ")
	again()
	show(map[int]int{x: 2}, hold(), map[int]int{x: 2})
	again()
	l := []any{map[int]int{x: 2}, hold(), map[int]int{x: 2}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{map[int]int{x: 2}, hold(), map[int]int{x: 2}}
	fmt.Println(st)
	again()
}

func testplit() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := *&S{x, 2}, hold(), *&S{x, 2}
	show(a, b, c)
	again()
	fmt.Print(g(*&S{x, 2}, hold(), *&S{x, 2}), "; ")
	again()
	show(*&S{x, 2}, hold(), *&S{x, 2})
	again()
	l := []any{*&S{x, 2}, hold(), *&S{x, 2}}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{*&S{x, 2}, hold(), *&S{x, 2}}
	fmt.Println(st)
	again()
}

func testclos() {
	x := (int)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := func() int { return x }(), hold(), func() int { return x }()
	show(a, b, c)
	again()
	fmt.Print(g(func() int { return x }(), hold(), func() int { return x }()), "; ")
	again()
	show(func() int { return x }(), hold(), func() int { return x }())
	again()
	l := []any{func() int { return x }(), hold(), func() int { return x }()}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{func() int { return x }(), hold(), func() int { return x }()}
	fmt.Println(st)
	again()
}

func testmval() {
	x := (V)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := x.get(), hold(), x.get()
	show(a, b, c)
	again()
	fmt.Print(g(x.get(), hold(), x.get()), "; ")
	again()
	show(x.get(), hold(), x.get())
	again()
	l := []any{x.get(), hold(), x.get()}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x.get(), hold(), x.get()}
	fmt.Println(st)
	again()
}

func testconvn() {
	x := (V)(1)
	hold = func() int { x = 3; return 2 }
	again := func() { x = 1 }
	a, b, c := int(x), hold(), int(x)
	show(a, b, c)
	again()
	fmt.Print(g(int(x), hold(), int(x)), "; ")
	again()
	show(int(x), hold(), int(x))
	again()
	l := []any{int(x), hold(), int(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{int(x), hold(), int(x)}
	fmt.Println(st)
	again()
}

func teststridx() {
	x := (string)("ab")
	hold = func() int { x = "cd"; return 2 }
	again := func() { x = "ab" }
	a, b, c := x[1], hold(), x[1]
	show(a, b, c)
	again()
	fmt.Print(g(x[1], hold(), x[1]), "; ")
	again()
	show(x[1], hold(), x[1])
	again()
	l := []any{x[1], hold(), x[1]}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{x[1], hold(), x[1]}
	fmt.Println(st)
	again()
}

func testarrconv() {
	x := ([]int)([]int{1, 2})
	hold = func() int { x = []int{3, 4}; return 2 }
	again := func() { x = []int{1, 2} }
	a, b, c := [2]int(x), hold(), [2]int(x)
	show(a, b, c)
	again()
	fmt.Print(g([2]int(x), hold(), [2]int(x)), "; ")
	again()
	show([2]int(x), hold(), [2]int(x))
	again()
	l := []any{[2]int(x), hold(), [2]int(x)}
	fmt.Print(l, "; ")
	again()
	st := struct {
		a any
		b int
		c any
	}{[2]int(x), hold(), [2]int(x)}
	fmt.Println(st)
	again()
}

func main() {
	fmt.Print("len: ")
	testlen()
	fmt.Print("cap: ")
	testcap()
	fmt.Print("lenstr: ")
	testlenstr()
	fmt.Print("lenmap: ")
	testlenmap()
	fmt.Print("complex: ")
	testcomplex()
	fmt.Print("imag: ")
	testimag()
	fmt.Print("real: ")
	testreal()
	fmt.Print("min: ")
	testmin()
	fmt.Print("max: ")
	testmax()
	fmt.Print("new: ")
	testnew()
	fmt.Print("mkslice: ")
	testmkslice()
	fmt.Print("mkslice2: ")
	testmkslice2()
	fmt.Print("append: ")
	testappend()
	fmt.Print("copy: ")
	testcopy()
	fmt.Print("bytes: ")
	testbytes()
	fmt.Print("runes: ")
	testrunes()
	fmt.Print("str: ")
	teststr()
	fmt.Print("slice: ")
	testslice()
	fmt.Print("slicestr: ")
	testslicestr()
	fmt.Print("assert: ")
	testassert()
	fmt.Print("assertp: ")
	testassertp()
	fmt.Print("mapidx: ")
	testmapidx()
	fmt.Print("arr: ")
	testarr()
	fmt.Print("slidx: ")
	testslidx()
	fmt.Print("field: ")
	testfield()
	fmt.Print("deref: ")
	testderef()
	fmt.Print("conv: ")
	testconv()
	fmt.Print("iface: ")
	testiface()
	fmt.Print("ifaces: ")
	testifaces()
	fmt.Print("and: ")
	testand()
	fmt.Print("eq: ")
	testeq()
	fmt.Print("eqs: ")
	testeqs()
	fmt.Print("eqst: ")
	testeqst()
	fmt.Print("add: ")
	testadd()
	fmt.Print("cat: ")
	testcat()
	fmt.Print("neg: ")
	testneg()
	fmt.Print("plain: ")
	testplain()
	fmt.Print("strct: ")
	teststrct()
	fmt.Print("lit: ")
	testlit()
	fmt.Print("slit: ")
	testslit()
	fmt.Print("alit: ")
	testalit()
	fmt.Print("mlit: ")
	testmlit()
	fmt.Print("plit: ")
	testplit()
	fmt.Print("clos: ")
	testclos()
	fmt.Print("mval: ")
	testmval()
	fmt.Print("convn: ")
	testconvn()
	fmt.Print("stridx: ")
	teststridx()
	fmt.Print("arrconv: ")
	testarrconv()
}
