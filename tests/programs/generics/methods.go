// Generic methods (Go 1.27): inferred and explicit instances, method values, promotion.
package main

import (
	"fmt"
	"strings"
)

type box[T any] struct{ v T }

func (b box[T]) to[U any](f func(T) U) box[U]              { return box[U]{f(b.v)} }
func (b *box[T]) zip[U, V any](o box[U], f func(T, U) V) V { return f(b.v, o.v) }

type registry struct{ items map[string]any }

func (r *registry) get[T any](name string) (t T, ok bool) {
	t, ok = r.items[name].(T)
	return
}
func (r *registry) put[T any](name string, t T) {
	if r.items == nil {
		r.items = map[string]any{}
	}
	r.items[name] = t
}

type outer struct {
	*registry
	box[int]
}

type seq []int

func (s seq) fold[A any](a A, f func(A, int) A) A {
	for _, x := range s {
		a = f(a, x)
	}
	return a
}

func main() {
	b := box[int]{20}
	s := b.to(func(i int) string { return strings.Repeat("x", i/10) })
	fmt.Println(s.v, s.to(func(s string) int { return len(s) }).v, b.to[float64](func(i int) float64 { return float64(i) / 3 }).v)
	fmt.Println(b.zip(s, func(i int, s string) []string { return []string{fmt.Sprint(i), s} }))
	var r registry
	r.put("a", 1)
	r.put("b", []string{"x"})
	fmt.Println(r.get[int]("a"))
	fmt.Println(r.get[[]string]("b"))
	fmt.Println(r.get[string]("a"))
	o := outer{&r, b}
	get := o.get[int]
	fmt.Println(get("a"))
	fmt.Println(o.to(func(i int) bool { return i > 10 }).v)
	fmt.Println(seq{1, 2, 3}.fold("", func(s string, i int) string { return fmt.Sprint(s, i) }), seq{4}.fold(0.5, func(a float64, i int) float64 { return a + float64(i) }))
}
