// Order of evaluation, assignments in two phases, op-assignment, panics in the middle.
package main

import "fmt"

var trace []string

func t[T any](name string, v T) T { trace = append(trace, name); return v }
func show()                       { fmt.Println(trace); trace = nil }

type S struct{ a, b int }

func (s S) m(x int) S  { trace = append(trace, fmt.Sprint("m", x)); return s }
func two() (int, int)  { trace = append(trace, "two"); return 1, 2 }
func add(a, b int) int { return a + b }

func main() {
	_ = t("a", 1) + t("b", 2)*t("c", 3) - t("d", 4)
	show()
	arr := []int{1, 2, 3}
	arr[t("index", 0)], arr[t("index2", 1)] = t("rhs1", 5), t("rhs2", 6)
	show()
	m := map[string]int{}
	m[t("key", "k")] += t("val", 2)
	m[t("key", "k")]++
	fmt.Println(m)
	show()
	S{t("f1", 1), t("f2", 2)}.m(t("x", 3)).m(t("y", 4))
	show()
	_ = map[int]int{t("k1", 1): t("v1", 1), t("k2", 2): t("v2", 2)}
	_ = []int{2: t("e2", 1), 0: t("e0", 2)}
	show()
	fmt.Println(add(two()))
	func(a ...int) { fmt.Println(a) }(two())
	show()
	i := 0
	i, arr[i] = 2, 100
	fmt.Println(i, arr)
	a, b, c := 1, 2, 3
	a, b, c = b, c, a
	fmt.Println(a, b, c)
	p := &S{1, 2}
	p.a, p.b, p = p.b, p.a, nil
	fmt.Println(p == nil)
	x := []int{1, 2, 3}
	j := 0
	j, x[j], x[j+1] = 1, x[1], x[0]
	fmt.Println(j, x)
	arr2 := [3]int{1, 2, 3}
	arr2[0], arr2[1], arr2[2] = arr2[2], arr2[0], arr2[1]
	fmt.Println(arr2)
	ch := make(chan int, 3)
	ch <- 1
	ch <- 2
	fmt.Println(<-ch-<-ch, t("late", 1))
	show()
	func() {
		defer func() { fmt.Println(recover(), trace); trace = nil }()
		var np *S
		np.a = t("evaluated before the fault", 1)
	}()
	func() {
		defer func() { fmt.Println(recover(), trace); trace = nil }()
		x[t("bad index", 10)] = t("evaluated", 1)
	}()
	func() {
		defer func() { fmt.Println(recover(), m) }()
		var nm map[string]int
		m["before"], nm["x"] = 1, 2
	}()
	defer fmt.Println(t("deferred argument", 1))
	show()
	func() {
		defer t("call in defer", func() {})()
		show()
	}()
	var iface any = S{1, 2}
	if v, ok := iface.(S); ok && t("ok", v.a == 1) || t("no", false) {
		show()
	}
	s := "x"
	s += t("plus", s) + s
	fmt.Println(s)
	y := 1
	y += func() int { y = 10; return 1 }()
	fmt.Println(y)
	z := []*int{new(int), new(int)}
	*z[t("deref", 0)], *z[1] = *z[1]+1, *z[0]+2
	fmt.Println(*z[0], *z[1])
}
