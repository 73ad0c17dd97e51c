// Which of several things that go wrong in an assignment or a return of several values is found first.
package main

import "fmt"

var (
	gs   []int
	gt   = []int{1, 2, 3}
	gx   int
	gm   map[string]int
	gany any = "s"
)

func try(name string, f func()) {
	defer func() { fmt.Println(name, recover()) }()
	f()
}

//go:noinline
func sideways(s []int, n int) { s[len(s)-1], s[n] = s[n], s[len(s)-1] }

//go:noinline
func three(a, b, c []int, i int) { a[i], b[i+1], c[i+2] = c[i+3], b[i+4], a[i+5] }

//go:noinline
func arith(a, b []int, i int) { a[i], b[i+1] = a[i+2]+1, b[i+3] }

//go:noinline
func arith2(a, b []int, i int) { a[i], b[i+1] = a[i+2], b[i+3]+1 }

//go:noinline
func locals(a, b []int, i int) (x, y int) { x, y = a[i+2], b[i+3]; return }

//go:noinline
func localmem(a, b []int, i int) (x int) { x, b[i] = a[i+2], b[i+3]; return x }

//go:noinline
func memlocal(a, b []int, i int) (x int) { b[i], x = a[i+2], b[i+3]; return x }

//go:noinline
func localuse(a, b []int, i int) int { j := i; j, b[i] = a[i+2], b[j+3]; return j }

//go:noinline
func global(a, b []int, i int) { gx, b[i] = a[i+2], b[i+3] }

//go:noinline
func addrtaken(a, b []int, i int) int {
	x := 1
	p := &x
	x, b[i] = a[i+2], b[i+3]
	return *p
}

//go:noinline
func ret(a, b []int, i int) (int, int) { return a[i+2], b[i+3] }

//go:noinline
func retdefer(a, b []int, i int) (int, int) {
	defer fmt.Print()
	return a[i+2], b[i+3]
}

//go:noinline
func retnamed(a, b []int, i int) (x, y int) {
	defer func() { fmt.Print(x, y, " ") }()
	return a[i+2], b[i+3]
}

//go:noinline
func named(a, b []int, i int) (x, y int) {
	defer func() { fmt.Print(x, y, " ") }()
	x, y = 5, b[i+3]
	return
}

//go:noinline
func named2(a, b []int, i int) (x, y int) {
	defer func() { fmt.Print(x, y, " ") }()
	x, y = a[i+1], b[i+3]
	return
}

//go:noinline
func div(a, b []int, z int) { a[5], b[6] = a[7], 1/z }

//go:noinline
func div2(a, b []int, z int) { a[5], b[6] = 1/z, b[7] }

//go:noinline
func divl(a, b []int, z int) { a[1/z], b[6] = a[7], b[8] }

//go:noinline
func nilp(p, q *struct{ a, b int }, s []int) { p.a, s[3] = s[4], q.b }

//go:noinline
func nilp2(p, q *struct{ a, b int }, s []int) { s[3], p.a = q.b, s[4] }

//go:noinline
func nilp3(p *struct{ s []int }, s []int) { p.s[0], s[1] = s[2], s[3] }

//go:noinline
func nilp4(p *struct{ s []int }, s []int) { s[1], p.s[0] = s[2], s[3] }

//go:noinline
func assertion(a, b []int) { a[1], b[2] = a[3], gany.(int) }

//go:noinline
func assertion2(a, b []int) { a[1], b[2] = gany.(int), b[3] }

//go:noinline
func mapnil(a []int) { gm["x"], a[1] = a[2], a[3] }

//go:noinline
func mapnil2(a []int) { a[1], gm["x"] = 1, 2 }

//go:noinline
func mapnil3(a []int) { gm["x"], a[1] = 1, 2 }

//go:noinline
func arrays(a *[4]int, i int) { a[i], a[i+1] = a[i+2], a[i+3] }

//go:noinline
func arrlocal(i int) int {
	var a, b [4]int
	a[i], b[i+1] = a[i+2], b[i+3]
	return a[0] + b[0]
}

//go:noinline
func slices(a, b []int, i int) ([]int, []int) {
	a, b = a[i:], b[i+1:]
	return a, b
}

//go:noinline
func slices2(a, b []int, i int) { gs, gt = a[i:], b[i+1:] }

//go:noinline
func conv(a, b []int, i int) (x int64, y int64) { x, y = int64(a[i]), int64(b[i+1]); return }

//go:noinline
func conv2(a, b []int, i int) { a[1], b[2] = int(int64(a[i])), b[i+1] }

//go:noinline
func iface(a []int, b []any, i int) { b[1], a[2] = a[i], a[i+1] }

//go:noinline
func lens(p, q *[]int, s []int) { s[1], s[2] = len(*p), s[5] }

//go:noinline
func calls(a, b []int, i int) { a[one(i)], b[i+1] = a[i+2], b[i+3] }

//go:noinline
func calls2(a, b []int, i int) { a[i], b[one(i)+1] = a[i+2], b[i+3] }

//go:noinline
func calls3(a, b []int, i int) { a[i], b[i+1] = a[one(i)+2], b[i+3] }

//go:noinline
func calls4(a, b []int, i int) { a[i], b[i+1] = a[i+2], b[one(i)+3] }

//go:noinline
func calls5(a, b []int, i int) { a[i], b[i+1] = one(a[i+2]), b[i+3] }

//go:noinline
func calls6(a, b []int, i int) { a[i], b[i+1] = a[i+2], one(b[i+3]) }

//go:noinline
func strs(s string, a []byte, i int) { a[i], a[i+1] = s[i+2], s[i+3] }

//go:noinline
func define(a, b []int, i int) int { x, y := a[i], b[i+1]; return x + y }

//go:noinline
func nested(a [][]int, i int) { a[i][0], a[i+1][1] = a[i+2][2], a[i+3][3] }

//go:noinline
func nested2(a [][]int, b []int, i int) { b[0], b[1] = a[0][b[5]], a[i+3][3] }

//go:noinline
func globals() { gs[1], gt[7] = gs[2], gt[8] }

//go:noinline
func star(p, q *int, a []int) { *p, a[1] = a[2], *q }

func one(x int) int { return x }

func main() {
	e := []int{}
	try("sideways", func() { sideways(nil, 0) })
	try("three", func() { three(e, e, e, 10) })
	try("arith", func() { arith(e, e, 10) })
	try("arith2", func() { arith2(e, e, 10) })
	try("locals", func() { locals(e, e, 10) })
	try("localmem", func() { localmem(e, e, 10) })
	try("memlocal", func() { memlocal(e, e, 10) })
	try("localuse", func() { localuse(e, e, 10) })
	try("global", func() { global(e, e, 10) })
	try("addrtaken", func() { addrtaken(e, e, 10) })
	try("ret", func() { ret(e, e, 10) })
	try("retdefer", func() { retdefer(e, e, 10) })
	try("retnamed", func() { retnamed(e, e, 10) })
	try("named", func() { named(e, e, 10) })
	try("named2", func() { named2(e, e, 10) })
	try("div", func() { div(e, e, 0) })
	try("div2", func() { div2(e, e, 0) })
	try("divl", func() { divl(e, e, 0) })
	try("nilp", func() { nilp(nil, nil, e) })
	try("nilp2", func() { nilp2(nil, nil, e) })
	try("nilp3", func() { nilp3(nil, e) })
	try("nilp4", func() { nilp4(nil, e) })
	try("assertion", func() { assertion(e, e) })
	try("assertion2", func() { assertion2(e, e) })
	try("mapnil", func() { mapnil(e) })
	try("mapnil2", func() { mapnil2(e) })
	try("mapnil3", func() { mapnil3(e) })
	try("arrays", func() { arrays(new([4]int), 10) })
	try("arraysnil", func() { arrays(nil, 10) })
	try("arrlocal", func() { arrlocal(10) })
	try("slices", func() { slices(e, e, 10) })
	try("slices2", func() { slices2(e, e, 10) })
	try("conv", func() { conv(e, e, 10) })
	try("conv2", func() { conv2(e, e, 10) })
	try("iface", func() { iface(e, nil, 10) })
	try("lens", func() { lens(nil, nil, e) })
	try("calls", func() { calls(e, e, 10) })
	try("calls2", func() { calls2(e, e, 10) })
	try("calls3", func() { calls3(e, e, 10) })
	try("calls4", func() { calls4(e, e, 10) })
	try("calls5", func() { calls5(e, e, 10) })
	try("calls6", func() { calls6(e, e, 10) })
	try("strs", func() { strs("", nil, 10) })
	try("define", func() { define(e, e, 10) })
	try("nested", func() { nested(nil, 10) })
	try("nested2", func() { nested2([][]int{nil}, e, 10) })
	try("globals", globals)
	try("star", func() { star(nil, nil, e) })
}
