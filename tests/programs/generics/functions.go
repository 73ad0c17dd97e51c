// Generic functions and types: inference, constraints, methods, recursion, embedded and nested instances.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"sort"
	"strconv"
	"strings"
)

type number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~float32 | ~float64
}

func sum[T number](xs ...T) (s T) {
	for _, x := range xs {
		s += x
	}
	return
}
func mapTo[S ~[]A, A, B any](s S, f func(A) B) []B {
	out := make([]B, 0, len(s))
	for _, x := range s {
		out = append(out, f(x))
	}
	return out
}
func reduce[A, B any](s []A, b B, f func(B, A) B) B {
	for _, x := range s {
		b = f(b, x)
	}
	return b
}
func keys[M ~map[K]V, K cmp.Ordered, V any](m M) []K {
	out := make([]K, 0)
	for k := range m {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool { return out[i] < out[j] })
	return out
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(x T) { s.items = append(s.items, x) }
func (s *stack[T]) pop() (x T, err error) {
	if len(s.items) == 0 {
		return x, errors.New("empty")
	}
	x = s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return
}

type tree[K cmp.Ordered, V any] struct {
	root *node[K, V]
	n    int
}
type node[K cmp.Ordered, V any] struct {
	k           K
	v           V
	left, right *node[K, V]
}

func (t *tree[K, V]) put(k K, v V) {
	p := &t.root
	for *p != nil {
		switch c := cmp.Compare(k, (*p).k); {
		case c < 0:
			p = &(*p).left
		case c > 0:
			p = &(*p).right
		default:
			(*p).v = v
			return
		}
	}
	*p = &node[K, V]{k: k, v: v}
	t.n++
}
func (t *tree[K, V]) all() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) { t.root.walk(yield) }
}
func (n *node[K, V]) walk(yield func(K, V) bool) bool {
	return n == nil || n.left.walk(yield) && yield(n.k, n.v) && n.right.walk(yield)
}

type stringer interface{ ~string | ~[]byte }

func join[T stringer](xs []T, sep string) string {
	var b strings.Builder
	for i, x := range xs {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(string(x))
	}
	return b.String()
}

type setter[T any] interface {
	*T
	set(string)
}
type num int

func (n *num) set(s string) { v, _ := strconv.Atoi(s); *n = num(v) }
func parse[T any, P setter[T]](ss []string) []T {
	out := make([]T, len(ss))
	for i, s := range ss {
		P(&out[i]).set(s)
	}
	return out
}

type list[T any] struct {
	head T
	tail *list[T]
}

func cons[T any](x T, l *list[T]) *list[T] { return &list[T]{x, l} }
func (l *list[T]) len() int {
	if l == nil {
		return 0
	}
	return 1 + l.tail.len()
}

type myInt int

func (m myInt) String() string { return fmt.Sprintf("<%d>", int(m)) }

func zero[T any]() (z T)           { return }
func is[T comparable](a, b T) bool { return a == b }
func typeName[T any](x T) string {
	switch any(x).(type) {
	case int:
		return "int"
	case string:
		return "string"
	case fmt.Stringer:
		return "stringer"
	}
	return fmt.Sprintf("%T", x)
}

type opt[T any] func(*T)

func build[T any](opts ...opt[T]) T {
	var t T
	for _, o := range opts {
		o(&t)
	}
	return t
}

type matrix[T number] [][]T

func (m matrix[T]) mul(o matrix[T]) matrix[T] {
	out := make(matrix[T], len(m))
	for i := range m {
		out[i] = make([]T, len(o[0]))
		for j := range o[0] {
			for k := range o {
				out[i][j] += m[i][k] * o[k][j]
			}
		}
	}
	return out
}

type alias[T any] = map[string]T

func main() {
	fmt.Println(sum(1, 2, 3), sum(1.5, 2.5), sum[int8](100, 100), sum(myInt(1), 2))
	fmt.Println(mapTo([]int{1, 2, 3}, strconv.Itoa), mapTo([]string{"a"}, func(s string) int { return len(s) }), reduce([]int{1, 2, 3}, "", func(s string, i int) string { return s + strconv.Itoa(i) }))
	fmt.Println(keys(map[string]bool{"b": true, "a": false}), keys(alias[int]{"z": 1}))
	var s stack[string]
	s.push("x")
	fmt.Println(s.pop())
	fmt.Println(s.pop())
	var t tree[string, []int]
	for i, w := range strings.Fields("the quick brown fox jumps over the lazy dog") {
		t.put(w, []int{i})
	}
	for k, v := range t.all() {
		fmt.Print(k, v, " ")
		if k == "over" {
			break
		}
	}
	fmt.Println(t.n)
	fmt.Println(join([]string{"a", "b"}, "-"), join([][]byte{{'x'}, {'y'}}, "+"), parse[num]([]string{"1", "22"}))
	fmt.Println(cons(1, cons(2, nil)).len(), zero[int](), zero[*int]() == nil, zero[struct{ a string }](), is("a", "a"), is[any](1, "1"))
	fmt.Println(typeName(1), typeName(myInt(2)), typeName(2.5), typeName(stack[int]{}), typeName(&tree[string, list[int]]{}))
	fmt.Println(build(func(p *struct{ a, b int }) { p.a = 1 }, func(p *struct{ a, b int }) { p.b = 2 }))
	fmt.Println(matrix[float64]{{1, 2}, {3, 4}}.mul(matrix[float64]{{0, 1}, {1, 0}}))
	f := sum[float32]
	fmt.Println(f(1, 2), fmt.Sprintf("%T %T", f, cons[alias[bool]]))
	push := (*stack[int]).push
	var si stack[int]
	push(&si, 4)
	pop := si.pop
	fmt.Println(pop())
	type local[T any] struct{ x T }
	fmt.Printf("%v %T\n", local[int]{1}, local[local[string]]{})
	defer func() { fmt.Println(recover()) }()
	fmt.Println(is[any]([]int{}, []int{}))
}
