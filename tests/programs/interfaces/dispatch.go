// Interfaces: dispatch, embedding, assertions, type switches, equality, nil, method expressions.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

type shape interface {
	area() float64
	name() string
}
type named interface{ name() string }
type resizer interface {
	shape
	resize(f float64)
}
type square struct{ s float64 }
type circle struct{ r float64 }
type word string
type pair [2]int
type fn func() string
type myErr struct{ code int }

func (s *square) area() float64    { return s.s * s.s }
func (s *square) name() string     { return "square" }
func (s *square) resize(f float64) { s.s *= f }
func (c circle) area() float64     { return 3 * c.r * c.r }
func (c circle) name() string      { return "circle" }
func (w word) name() string        { return string(w) }
func (p pair) name() string        { return fmt.Sprint(p[0], "&", p[1]) }
func (f fn) name() string          { return f() }
func (e *myErr) Error() string     { return fmt.Sprint("code ", e.code) }

func classify(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int, int8:
		return fmt.Sprintf("int-ish %v", v)
	case string:
		return "string " + v
	case []int:
		return fmt.Sprint("slice of ", len(v))
	case map[string]int:
		return fmt.Sprint("map of ", len(v))
	case func() int:
		return fmt.Sprint("func giving ", v())
	case *myErr:
		return "pointer to error " + v.Error()
	case error:
		return "error " + v.Error()
	case fmt.Stringer:
		return "stringer " + v.String()
	case resizer:
		return "resizer " + v.name()
	case named:
		return "named " + v.name()
	case struct{ X int }:
		return fmt.Sprint("struct ", v.X)
	case chan int, <-chan int:
		return fmt.Sprintf("channel %T", v)
	case interface{ private() }:
		return "private"
	default:
		return fmt.Sprintf("other %T", v)
	}
}

func mayFail(fail bool) error {
	var e *myErr
	if fail {
		e = &myErr{3}
	}
	return e
}

type base struct{ named }
type logger struct {
	io.Writer
	prefix string
}

func (l logger) log(s string) { fmt.Fprintln(l, l.prefix+s) }

func main() {
	shapes := []shape{&square{2}, circle{1}, &circle{2}}
	for _, s := range shapes {
		fmt.Println(s.name(), s.area())
		if r, ok := s.(resizer); ok {
			r.resize(2)
			fmt.Println(r.area())
		}
	}
	for _, n := range []named{word("w"), pair{1, 2}, fn(func() string { return "f" }), base{word("embedded")}, &base{pair{}}} {
		fmt.Println(n.name())
	}
	for _, x := range []any{nil, 1, int8(2), "s", []int{1}, map[string]int{}, func() int { return 7 }, &myErr{1}, errors.New("e"), io.EOF, &square{}, circle{}, word("w"), struct{ X int }{4}, make(chan int), make(<-chan int), 1.5, struct{}{}, uint8(1), [0]int{}} {
		fmt.Println(classify(x))
	}
	fmt.Println(mayFail(false) == nil, mayFail(true))
	var a, b any = 1, 1
	var c any = int64(1)
	fmt.Println(a == b, a == c, a == 1, any(circle{1}) == any(circle{1}), any(&square{}) == any(&square{}), shape(circle{1}) == any(circle{1}))
	var n named
	_, ok := n.(shape)
	fmt.Println(n == nil, ok)
	defer func() { fmt.Println(recover()) }()
	logger{os.Stdout, "> "}.log("hello")
	var w io.Writer = &strings.Builder{}
	if rw, ok := w.(io.ReadWriter); !ok {
		fmt.Println("not a reader", rw == nil)
	}
	f, g := shape.area, (*square).area
	fmt.Println(f(circle{3}), g(&square{3}))
	err := fmt.Errorf("wrap: %w", &myErr{9})
	var me *myErr
	fmt.Println(errors.As(err, &me), me.code, errors.Is(err, me), errors.Unwrap(err) == error(me), errors.Join(err, io.EOF))
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = any("x").(shape)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = any(square{}).(shape)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = n.(shape)
	}()
	func() {
		defer func() { fmt.Println(recover()) }()
		_ = any(1).(string)
	}()
	n.name()
}
