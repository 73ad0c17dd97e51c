// Which of two things that go wrong in a statement is found first. Beyond the order of calls the language leaves that
// open; programs see what gc does.
package main

import "fmt"

type pair struct{ a, b int }

type fields struct{ f0, f1, f2 int }

type number int

func (number) M(int) {}

type doer interface{ M(int) }

var (
	e     []int
	np    *fields
	z     int
	anyv  any = "x"
	ni    *int
	sl    []int
	su    pair
	sm    map[int]int
	m     = map[int]int{}
	nm    map[int]int
	s3    = []int{1, 2, 3}
	mat   = [][]int{{1}}
	chans = []chan int{make(chan int, 100)}
	ifs   = []doer{number(1)}
	ps    = []*pair{{}}
	neg   = -1
	st    = ""
	na    *[4]int
	sp    *struct{ s []int }
	sa    []any
	sq    []pair
	qs    []pair
	eb    []byte
)

//go:noinline
func id(x int) int { return x }

//go:noinline
func one(x int) int { return x }

//go:noinline
func fail(n int) int { panic(fmt.Sprint("fail ", n)) }

//go:noinline
func use(int) {}

//go:noinline
func useb(bool) {}

//go:noinline
func two(a, b int) {}

//go:noinline
func use2(a, b int) {}

func try(name string, f func()) {
	defer func() { fmt.Println(name, recover()) }()
	f()
}

func main() {
	try("add idx div", func() { _ = e[11] + (12 / z) })
	try("add div idx", func() { _ = (11 / z) + e[12] })
	try("add idx slice", func() { _ = e[11] + len(e[12:]) })
	try("add div fcall", func() { _ = (11 / z) + fail(12) })
	try("add fcall nilp", func() { _ = fail(11) + np.f2 })
	try("add assert idx", func() { _ = anyv.(int) + e[12] })
	try("add star call", func() { _ = *ni + id(12/z+12) })
	try("cmp idx div", func() { useb(e[11] < (12 / z)) })
	try("cmp div idx", func() { useb((11 / z) < e[12]) })
	try("cmp idx slice", func() { useb(e[11] < len(e[12:])) })
	try("cmp div fcall", func() { useb((11 / z) < fail(12)) })
	try("cmp fcall nilp", func() { useb(fail(11) < np.f2) })
	try("cmp assert idx", func() { useb(anyv.(int) < e[12]) })
	try("cmp star call", func() { useb(*ni < id(12/z+12)) })
	try("args idx div", func() { two(e[11], (12 / z)) })
	try("args div idx", func() { two((11 / z), e[12]) })
	try("args idx slice", func() { two(e[11], len(e[12:])) })
	try("args div fcall", func() { two((11 / z), fail(12)) })
	try("args fcall nilp", func() { two(fail(11), np.f2) })
	try("args assert idx", func() { two(anyv.(int), e[12]) })
	try("args star call", func() { two(*ni, id(12/z+12)) })
	try("lit idx div", func() { sl = []int{e[11], (12 / z)} })
	try("lit div idx", func() { sl = []int{(11 / z), e[12]} })
	try("lit idx slice", func() { sl = []int{e[11], len(e[12:])} })
	try("lit div fcall", func() { sl = []int{(11 / z), fail(12)} })
	try("lit fcall nilp", func() { sl = []int{fail(11), np.f2} })
	try("lit assert idx", func() { sl = []int{anyv.(int), e[12]} })
	try("lit star call", func() { sl = []int{*ni, id(12/z + 12)} })
	try("structlit idx div", func() { su = pair{e[11], (12 / z)} })
	try("structlit div idx", func() { su = pair{(11 / z), e[12]} })
	try("structlit idx slice", func() { su = pair{e[11], len(e[12:])} })
	try("structlit div fcall", func() { su = pair{(11 / z), fail(12)} })
	try("structlit fcall nilp", func() { su = pair{fail(11), np.f2} })
	try("structlit assert idx", func() { su = pair{anyv.(int), e[12]} })
	try("structlit star call", func() { su = pair{*ni, id(12/z + 12)} })
	try("maplit idx div", func() { sm = map[int]int{e[11]: (12 / z)} })
	try("maplit div idx", func() { sm = map[int]int{(11 / z): e[12]} })
	try("maplit idx slice", func() { sm = map[int]int{e[11]: len(e[12:])} })
	try("maplit div fcall", func() { sm = map[int]int{(11 / z): fail(12)} })
	try("maplit fcall nilp", func() { sm = map[int]int{fail(11): np.f2} })
	try("maplit assert idx", func() { sm = map[int]int{anyv.(int): e[12]} })
	try("maplit star call", func() { sm = map[int]int{*ni: id(12/z + 12)} })
	try("mapassign idx div", func() { m[e[11]] = (12 / z) })
	try("mapassign div idx", func() { m[(11 / z)] = e[12] })
	try("mapassign idx slice", func() { m[e[11]] = len(e[12:]) })
	try("mapassign div fcall", func() { m[(11 / z)] = fail(12) })
	try("mapassign fcall nilp", func() { m[fail(11)] = np.f2 })
	try("mapassign assert idx", func() { m[anyv.(int)] = e[12] })
	try("mapassign star call", func() { m[*ni] = id(12/z + 12) })
	try("nilmapassign idx div", func() { nm[e[11]] = (12 / z) })
	try("nilmapassign div idx", func() { nm[(11 / z)] = e[12] })
	try("nilmapassign idx slice", func() { nm[e[11]] = len(e[12:]) })
	try("nilmapassign div fcall", func() { nm[(11 / z)] = fail(12) })
	try("nilmapassign fcall nilp", func() { nm[fail(11)] = np.f2 })
	try("nilmapassign assert idx", func() { nm[anyv.(int)] = e[12] })
	try("nilmapassign star call", func() { nm[*ni] = id(12/z + 12) })
	try("idxassign idx div", func() { e[e[11]] = (12 / z) })
	try("idxassign div idx", func() { e[(11 / z)] = e[12] })
	try("idxassign idx slice", func() { e[e[11]] = len(e[12:]) })
	try("idxassign div fcall", func() { e[(11 / z)] = fail(12) })
	try("idxassign fcall nilp", func() { e[fail(11)] = np.f2 })
	try("idxassign assert idx", func() { e[anyv.(int)] = e[12] })
	try("idxassign star call", func() { e[*ni] = id(12/z + 12) })
	try("idxassign2 idx div", func() { s3[e[11]] = (12 / z) })
	try("idxassign2 div idx", func() { s3[(11 / z)] = e[12] })
	try("idxassign2 idx slice", func() { s3[e[11]] = len(e[12:]) })
	try("idxassign2 div fcall", func() { s3[(11 / z)] = fail(12) })
	try("idxassign2 fcall nilp", func() { s3[fail(11)] = np.f2 })
	try("idxassign2 assert idx", func() { s3[anyv.(int)] = e[12] })
	try("idxassign2 star call", func() { s3[*ni] = id(12/z + 12) })
	try("opassign idx div", func() { s3[e[11]] += (12 / z) })
	try("opassign div idx", func() { s3[(11 / z)] += e[12] })
	try("opassign idx slice", func() { s3[e[11]] += len(e[12:]) })
	try("opassign div fcall", func() { s3[(11 / z)] += fail(12) })
	try("opassign fcall nilp", func() { s3[fail(11)] += np.f2 })
	try("opassign assert idx", func() { s3[anyv.(int)] += e[12] })
	try("opassign star call", func() { s3[*ni] += id(12/z + 12) })
	try("slice idx div", func() { sl = s3[e[11]:(12 / z)] })
	try("slice div idx", func() { sl = s3[(11 / z):e[12]] })
	try("slice idx slice", func() { sl = s3[e[11]:len(e[12:])] })
	try("slice div fcall", func() { sl = s3[(11 / z):fail(12)] })
	try("slice fcall nilp", func() { sl = s3[fail(11):np.f2] })
	try("slice assert idx", func() { sl = s3[anyv.(int):e[12]] })
	try("slice star call", func() { sl = s3[*ni:id(12/z+12)] })
	try("slice3 idx div", func() { sl = s3[0:e[11]:(12 / z)] })
	try("slice3 div idx", func() { sl = s3[0:(11 / z):e[12]] })
	try("slice3 idx slice", func() { sl = s3[0:e[11]:len(e[12:])] })
	try("slice3 div fcall", func() { sl = s3[0:(11 / z):fail(12)] })
	try("slice3 fcall nilp", func() { sl = s3[0:fail(11):np.f2] })
	try("slice3 assert idx", func() { sl = s3[0:anyv.(int):e[12]] })
	try("slice3 star call", func() { sl = s3[0:*ni:id(12/z+12)] })
	try("index2 idx div", func() { use(mat[e[11]][(12 / z)]) })
	try("index2 div idx", func() { use(mat[(11 / z)][e[12]]) })
	try("index2 idx slice", func() { use(mat[e[11]][len(e[12:])]) })
	try("index2 div fcall", func() { use(mat[(11 / z)][fail(12)]) })
	try("index2 fcall nilp", func() { use(mat[fail(11)][np.f2]) })
	try("index2 assert idx", func() { use(mat[anyv.(int)][e[12]]) })
	try("index2 star call", func() { use(mat[*ni][id(12/z+12)]) })
	try("ret idx div", func() { use2(func() (int, int) { return e[11], (12 / z) }()) })
	try("ret div idx", func() { use2(func() (int, int) { return (11 / z), e[12] }()) })
	try("ret idx slice", func() { use2(func() (int, int) { return e[11], len(e[12:]) }()) })
	try("ret div fcall", func() { use2(func() (int, int) { return (11 / z), fail(12) }()) })
	try("ret fcall nilp", func() { use2(func() (int, int) { return fail(11), np.f2 }()) })
	try("ret assert idx", func() { use2(func() (int, int) { return anyv.(int), e[12] }()) })
	try("ret star call", func() { use2(func() (int, int) { return *ni, id(12/z + 12) }()) })
	try("append idx div", func() { sl = append(sl, e[11], (12 / z)) })
	try("append div idx", func() { sl = append(sl, (11 / z), e[12]) })
	try("append nilp str", func() { sl = append(sl, np.f1, int(st[12])) })
	try("append star shift", func() { sl = append(sl, *ni, 1<<neg) })
	try("append shift star", func() { sl = append(sl, 1<<neg, *ni) })
	try("append arrp div idx", func() { sl = append(sl, na[neg+2], (12 / z), e[13]) })
	try("append sum div", func() { sl = append(sl, e[11]+1, (12 / z)) })
	try("append neg div", func() { sl = append(sl, -e[11], (12 / z)) })
	try("append idx sum", func() { sl = append(sl, e[11], np.f1+1) })
	try("append other idx div", func() { s3 = append(sl, e[11], (12 / z)) })
	try("append slice idx div", func() { s3 = append(sl[9:], e[11], (12 / z)) })
	try("append field idx div", func() { s3 = append(sp.s, e[11], (12 / z)) })
	try("append own field idx div", func() { sp.s = append(sp.s, e[11], (12 / z)) })
	try("append define idx div", func() { x := append(sl, e[11], (12 / z)); use(len(x)) })
	try("append any idx div", func() { sa = append(sa, e[11], (12 / z)) })
	try("append any idx conv", func() { sa = append(sa, e[11], number(12/z)) })
	try("append pair idx div", func() { sq = append(sq, pair{e[11], 1}, pair{(12 / z), 1}) })
	try("append idx pair", func() { sq = append(sq, qs[11], pair{(12 / z), 1}) })
	try("make idx div", func() { sl = make([]int, e[11], (12 / z)) })
	try("make div idx", func() { sl = make([]int, (11 / z), e[12]) })
	try("make nilp str", func() { sl = make([]int, np.f1, int(st[12])) })
	try("make star shift", func() { sl = make([]int, *ni, 1<<neg) })
	try("make sum div", func() { sl = make([]int, e[11]+1, (12 / z)) })
	try("make idx sum", func() { sl = make([]int, e[11], np.f1+1) })
	try("make byte div", func() { sl = make([]int, eb[11], (12 / z)) })
	try("send idx div", func() { chans[e[11]] <- (12 / z) })
	try("send div idx", func() { chans[(11 / z)] <- e[12] })
	try("send idx slice", func() { chans[e[11]] <- len(e[12:]) })
	try("send div fcall", func() { chans[(11 / z)] <- fail(12) })
	try("send fcall nilp", func() { chans[fail(11)] <- np.f2 })
	try("send assert idx", func() { chans[anyv.(int)] <- e[12] })
	try("send star call", func() { chans[*ni] <- id(12/z + 12) })
	try("closure idx div", func() { func(a, b int) { useb(a < b) }(e[11], (12 / z)) })
	try("closure div idx", func() { func(a, b int) { useb(a < b) }((11 / z), e[12]) })
	try("closure idx slice", func() { func(a, b int) { useb(a < b) }(e[11], len(e[12:])) })
	try("closure div fcall", func() { func(a, b int) { useb(a < b) }((11 / z), fail(12)) })
	try("closure fcall nilp", func() { func(a, b int) { useb(a < b) }(fail(11), np.f2) })
	try("closure assert idx", func() { func(a, b int) { useb(a < b) }(anyv.(int), e[12]) })
	try("closure star call", func() { func(a, b int) { useb(a < b) }(*ni, id(12/z+12)) })
	try("ifmeth idx div", func() { ifs[e[11]].M((12 / z)) })
	try("ifmeth div idx", func() { ifs[(11 / z)].M(e[12]) })
	try("ifmeth idx slice", func() { ifs[e[11]].M(len(e[12:])) })
	try("ifmeth div fcall", func() { ifs[(11 / z)].M(fail(12)) })
	try("ifmeth fcall nilp", func() { ifs[fail(11)].M(np.f2) })
	try("ifmeth assert idx", func() { ifs[anyv.(int)].M(e[12]) })
	try("ifmeth star call", func() { ifs[*ni].M(id(12/z + 12)) })
	try("fieldassign idx div", func() { ps[e[11]].a = (12 / z) })
	try("fieldassign div idx", func() { ps[(11 / z)].a = e[12] })
	try("fieldassign idx slice", func() { ps[e[11]].a = len(e[12:]) })
	try("fieldassign div fcall", func() { ps[(11 / z)].a = fail(12) })
	try("fieldassign fcall nilp", func() { ps[fail(11)].a = np.f2 })
	try("fieldassign assert idx", func() { ps[anyv.(int)].a = e[12] })
	try("fieldassign star call", func() { ps[*ni].a = id(12/z + 12) })
	try("define idx div", func() { x, y := e[11], (12 / z); use(x + y) })
	try("define div idx", func() { x, y := (11 / z), e[12]; use(x + y) })
	try("define idx slice", func() { x, y := e[11], len(e[12:]); use(x + y) })
	try("define div fcall", func() { x, y := (11 / z), fail(12); use(x + y) })
	try("define fcall nilp", func() { x, y := fail(11), np.f2; use(x + y) })
	try("define assert idx", func() { x, y := anyv.(int), e[12]; use(x + y) })
	try("define star call", func() { x, y := *ni, id(12/z+12); use(x + y) })
	try("select idx div", func() {
		select {
		case chans[e[11]] <- (12 / z):
		default:
		}
	})
	try("select div idx", func() {
		select {
		case chans[(11 / z)] <- e[12]:
		default:
		}
	})
	try("select idx slice", func() {
		select {
		case chans[e[11]] <- len(e[12:]):
		default:
		}
	})
	try("select div fcall", func() {
		select {
		case chans[(11 / z)] <- fail(12):
		default:
		}
	})
	try("select fcall nilp", func() {
		select {
		case chans[fail(11)] <- np.f2:
		default:
		}
	})
	try("select assert idx", func() {
		select {
		case chans[anyv.(int)] <- e[12]:
		default:
		}
	})
	try("select star call", func() {
		select {
		case chans[*ni] <- id(12/z + 12):
		default:
		}
	})
	try("switch idx div", func() {
		switch e[11] {
		case (12 / z):
			use(1)
		}
	})
	try("switch div idx", func() {
		switch 11 / z {
		case e[12]:
			use(1)
		}
	})
	try("switch idx slice", func() {
		switch e[11] {
		case len(e[12:]):
			use(1)
		}
	})
	try("switch div fcall", func() {
		switch 11 / z {
		case fail(12):
			use(1)
		}
	})
	try("switch fcall nilp", func() {
		switch fail(11) {
		case np.f2:
			use(1)
		}
	})
	try("switch assert idx", func() {
		switch anyv.(int) {
		case e[12]:
			use(1)
		}
	})
	try("switch star call", func() {
		switch *ni {
		case id(12/z + 12):
			use(1)
		}
	})
	try("nested idx div", func() { two(one(e[11]), one((12 / z))) })
	try("nested div idx", func() { two(one((11 / z)), one(e[12])) })
	try("nested idx slice", func() { two(one(e[11]), one(len(e[12:]))) })
	try("nested div fcall", func() { two(one((11 / z)), one(fail(12))) })
	try("nested fcall nilp", func() { two(one(fail(11)), one(np.f2)) })
	try("nested assert idx", func() { two(one(anyv.(int)), one(e[12])) })
	try("nested star call", func() { two(one(*ni), one(id(12/z+12))) })
}
