// Interface types with the same methods have itabs of their own; values compare by their types.
package main

import "fmt"

type I1 interface{ M() }
type I2 interface{ M() }
type T struct{ n int }

func (*T) M() {}

type V int

func (V) M() {}

type gen[X any] interface{ M() }

func conv[X any](x gen[X]) interface{ M() } { return x }

type pair struct {
	a any
	b int
}

type texts struct {
	a, b string
	f    float64
	s    []int
}

func main() {
	t := new(T)
	var i1, j1 I1 = t, nil
	var plain interface{ M() } = t
	j1 = plain
	i2 := I2(i1)
	fmt.Println(i1 == j1, i1 == i2, i2 == plain, any(i1) == any(i2), I1(i2) == i1)
	fmt.Println(conv[int](V(6)) == interface{ M() }(V(6)), conv[string](V(1)) == plain)
	m := map[I1]int{t: 1}
	fmt.Println(m[j1], m[I1(i2)], m[plain])

	// A comparison that panics comes before what is behind it, not before what is in front.
	compare := func(x, y pair) {
		defer func() { fmt.Println(recover()) }()
		fmt.Println(x == y)
	}
	compare(pair{[]int{}, 1}, pair{[]int{}, 2})
	compare(pair{1, 1}, pair{[]int{}, 2})

	var x any = true
	switch {
	case x:
		fmt.Println("interface as condition")
	default:
		fmt.Println("none")
	}
	var blank any = struct{ a, _, c int }{1, 2, 3}
	fmt.Println(blank)
	y := struct{ a, _, c int }{t.n, t.n + 5, 3}
	fmt.Println(y)
_:
_:
	for range 1 {
	}
	z := complex(parts())
	fmt.Println(z, min(parts()))
	n := map[any]int{1: 1}
	delete(entry(n))
	fmt.Println(len(n))
	ok := false
	f := func() func(int, int) {
		ok = true
		return func(int, int) { fmt.Println("called") }
	}
	g := func() (int, int) {
		fmt.Println(ok)
		return 0, 0
	}
	f()(g())
}

func parts() (float64, float64)              { return 1, 2 }
func entry(m map[any]int) (map[any]int, int) { return m, 1 }
