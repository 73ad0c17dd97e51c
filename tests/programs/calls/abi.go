// Arguments and results of many shapes: registers, memory, mixed, variadic, large results, arrays, zero sizes.
package main

import "fmt"

type (
	small struct {
		a int8
		b int16
	}
	mid struct {
		s string
		f float32
		p *int
	}
	large struct{ a [20]int }
	one   struct{ x [1]string }
	empty struct{}
	nest  struct {
		a small
		b struct{ c, d float64 }
	}
)

//go:noinline
func ints(a, b, c, d, e, f, g, h, i, j, k, l int) (int, int, int, int, int, int, int, int, int, int, int, int) {
	return l, k, j, i, h, g, f, e, d, c, b, a
}

//go:noinline
func floats(a, b, c, d, e, f, g, h, i, j float64, k float32) (float64, float32, float64, float64, float64, float64, float64, float64, float64, float64) {
	return a + j, k, b, c, d, e, f, g, h, i
}

//go:noinline
func mixed(a int8, b string, c float32, d []int, e any, f small, g func() int, h map[string]int, i bool, j mid, k uint16) (bool, string, any, small, mid, int, error) {
	return i, b + fmt.Sprint(a, c, d, k), e, f, j, g() + h["x"], nil
}

//go:noinline
func big(a large, n int, b large) (large, int, large) { a.a[0] += n; b.a[19] += n; return b, n + 1, a }

//go:noinline
func odd(a empty, b one, c [0]int, d [1]int, e [2]int, f nest, g complex128) (one, [2]int, nest, complex128, [1]int, empty) {
	f.b.c++
	return b, e, f, g * g, d, a
}

//go:noinline
func variadic(pre string, xs ...any) string { return fmt.Sprint(pre, len(xs), xs) }

type recv struct{ a, b, c int }

//go:noinline
func (r recv) val(x, y, z, w int, s string) (recv, string) { r.a += x + y + z + w; return r, s }

//go:noinline
func (r *recv) ptr(l large) large { r.a++; l.a[1] = r.a; return l }

type iface interface {
	val(x, y, z, w int, s string) (recv, string)
	ptr(l large) large
}

func main() {
	fmt.Println(ints(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))
	fmt.Println(floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.5))
	n := 5
	ok, s, e, sm, md, i, err := mixed(-1, "str", 2.5, []int{1, 2}, "any", small{3, 4}, func() int { return n }, map[string]int{"x": 7}, true, mid{"m", 1.5, &n}, 65535)
	fmt.Println(ok, s, e, sm, md.s, md.f, *md.p, i, err)
	a, m, b := big(large{[20]int{0: 1}}, 10, large{[20]int{19: 2}})
	fmt.Println(a.a, m, b.a)
	fmt.Println(odd(empty{}, one{[1]string{"o"}}, [0]int{}, [1]int{4}, [2]int{5, 6}, nest{small{1, 2}, struct{ c, d float64 }{3, 4}}, 1+2i))
	fmt.Println(variadic("a"), variadic("b", 1, "x", nil), variadic("c", []any{1, 2}...), variadic("d", []int{1, 2}))
	r := recv{1, 2, 3}
	var it iface = &r
	fmt.Println(it.val(1, 2, 3, 4, "s"))
	fmt.Println(it.ptr(large{}).a[1], r.a)
	f := it.val
	g := (*recv).ptr
	fmt.Println(f(0, 0, 0, 0, "method value"))
	fmt.Println(g(&r, large{}).a[1])
	h := func(l large, xs ...string) (large, []string) { return l, xs }
	l, xs := h(large{[20]int{5: 5}}, "p", "q")
	fmt.Println(l.a[5], xs)
	done := make(chan [3]string)
	go func(a, b, c string, l large, d, e, f, g int) {
		done <- [3]string{a, c, fmt.Sprint(l.a[3], d+e+f+g)}
	}("a", "b", "c", large{[20]int{3: 9}}, 1, 2, 3, 4)
	fmt.Println(<-done)
	defer func(l large, a, b, c, d, e, f, g string) { fmt.Println(l.a[0], a+b+c+d+e+f+g) }(large{[20]int{42}}, "t", "u", "v", "w", "x", "y", "z")
}
