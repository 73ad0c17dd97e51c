// What is loaded through a nil pointer panics, also where nothing uses it.
package main

type C int

func (C) f() {}

type D int

func (D) h() {}

type E struct{ a, b int }

func (E) h2() {}

type B struct {
	C
	*D
	*E
}
type A struct{ B }

func get(p *int) { x := *p; _ = x }
func get2(p *E)  { x := p.b; _ = x }
func get3(p *E)  { x := *p; _ = x }
func get4(p *[5]int) {
	x := p[3]
	_ = x
}
func get5(p *[5]int) {
	for i, v := range p {
		_, _ = i, v
	}
}

func val(int)             {}
func get6(p *int)         { val(*p) }
func get7(p **int)        { q := *p; _ = q }
func get8(s []int)        { x := s[3]; _ = x }
func get9(m *map[int]int) { x := (*m)[1]; _ = x }
func get10(p *string)     { x := len(*p); _ = x }
func get11(p *[]int)      { x := cap(*p); _ = x }
func get12(p *any)        { x, _ := (*p).(int); _ = x }
func get13(p *E)          { x := E{p.a, 1}; _ = x }
func get14(p *E)          { x := [2]int{p.a, 1}; _ = x }
func get15(p *float64)    { x := *p * 2; _ = x }
func get16(x, y int)      { z := x / y; _ = z }
func get17(p *E)          { f := p.h2; _ = f }
func get18(p *E) bool     { return *p == *p }
func get19(p *E)          { *p = *p }
func get20(p *[0]int)     { x := *p; _ = x }

func try(n int, f func()) {
	defer func() {
		if r := recover(); r != nil {
			println(n, r.(error).Error())
		} else {
			println(n, "no panic")
		}
	}()
	f()
}

func main() {
	var a A
	try(-1, func() { a.h() })
	try(-2, func() { (&a).h() })
	try(-3, func() { A(a).h2() })
	try(-4, func() { a.h2() })
	try(1, func() { get(nil) })
	try(2, func() { get2(nil) })
	try(3, func() { get3(nil) })
	try(4, func() { get4(nil) })
	try(5, func() { get5(nil) })
	try(6, func() { get6(nil) })
	try(7, func() { get7(nil) })
	try(8, func() { get8(nil) })
	try(9, func() { get9(nil) })
	try(10, func() { get10(nil) })
	try(11, func() { get11(nil) })
	try(12, func() { get12(nil) })
	try(13, func() { get13(nil) })
	try(14, func() { get14(nil) })
	try(15, func() { get15(nil) })
	try(16, func() { get16(1, 0) })
	try(17, func() { get17(nil) })
	try(18, func() { get18(nil) })
	try(19, func() { get19(nil) })
	try(20, func() { get20(nil) })
}
