// Objects that outlive their function because a callee keeps, returns or moves what lies several pointers behind its argument.
package main

type leaf struct{ x [4]int }
type node struct {
	leaf *leaf
	next *node
}
type root struct{ node *node }

//go:noinline
func deepResult(r *root) *leaf { return r.node.leaf }

//go:noinline
func deeperResult(r *root) *leaf { return r.node.next.leaf }

//go:noinline
func fromResult() *leaf {
	l := leaf{}
	l.x[2] = 7
	n := node{leaf: &l}
	r := root{&n}
	return deepResult(&r)
}

//go:noinline
func fromDeeperResult() *leaf {
	l := leaf{}
	l.x[2] = 8
	n := node{leaf: &l}
	m := node{next: &n}
	r := root{&m}
	return deeperResult(&r)
}

var kept *leaf

//go:noinline
func keep(r *root) { kept = r.node.leaf }

//go:noinline
func fromKept() {
	l := leaf{}
	l.x[2] = 9
	n := node{leaf: &l}
	r := root{&n}
	keep(&r)
}

//go:noinline
func last(n *node) *node {
	for n.next != nil {
		n = n.next
	}
	return n
}

//go:noinline
func fromList() *leaf {
	l := leaf{}
	l.x[2] = 10
	a := node{leaf: &l}
	b := node{next: &a}
	c := node{next: &b}
	return last(&c).leaf
}

// What is stored in a result that lies deep in the argument can be reached through the argument.
//
//go:noinline
func throughResult() *leaf {
	l := leaf{}
	l.x[2] = 11
	a := node{}
	b := node{next: &a}
	r := root{&b}
	inner(&r).leaf = &l
	return r.node.next.leaf
}

//go:noinline
func inner(r *root) *node { return r.node.next }

//go:noinline
func move(to, from *root) { to.node.next.leaf = from.node.next.leaf }

//go:noinline
func moved(to *root) {
	l := leaf{}
	l.x[2] = 12
	a := node{leaf: &l}
	b := node{next: &a}
	move(to, &root{&b})
}

//go:noinline
func captured() *leaf {
	l := leaf{}
	l.x[2] = 13
	n := node{leaf: &l}
	r := root{&n}
	get := func() *leaf { return r.node.leaf }
	return call(get)
}

//go:noinline
func call(f func() *leaf) *leaf { return f() }

// Results that hold what an argument points at, or the argument.
//
//go:noinline
func wrap(p *leaf) *node { return &node{leaf: p} }

//go:noinline
func unwrapped() *leaf {
	l := leaf{}
	l.x[2] = 18
	return wrap(&l).leaf
}

//go:noinline
func both(n *node) (*node, *node) { return n, &node{leaf: n.leaf} }

//go:noinline
func second() *leaf {
	l := leaf{}
	l.x[2] = 19
	_, n := both(&node{leaf: &l})
	return n.leaf
}

//go:noinline
func closureOf(p *leaf) func() *leaf { return func() *leaf { return p } }

//go:noinline
func fromClosure() *leaf {
	l := leaf{}
	l.x[2] = 20
	return closureOf(&l)()
}

// A closure puts something that all know into a captured variable; what is then stored there leaves.
var known = &node{}

//go:noinline
func throughClosure() {
	var n *node
	run(func() { n = known })
	l := leaf{}
	l.x[2] = 21
	n.leaf = &l
}

//go:noinline
func run(f func()) { f() }

// A list that is tied to itself.
//
//go:noinline
func tie(n *node) { n.next = n }

//go:noinline
func tied() *node {
	n := node{leaf: &leaf{[4]int{2: 22}}}
	tie(&n)
	return n.next
}

// Arguments and results beyond those that have registers.
//
//go:noinline
func many(a, b, c, d, e, f, g, h *root, s []*root) (*root, *root, *root, *root, *leaf, *leaf, *leaf) {
	kept = g.node.leaf
	return nil, nil, nil, nil, s[0].node.leaf, h.node.leaf, f.node.leaf
}

//go:noinline
func fromMany() (*leaf, *leaf, *leaf) {
	made := func(n int) *root { return &root{&node{leaf: &leaf{[4]int{2: n}}}} }
	e, f, g, h := made(14), made(15), made(16), made(17)
	_, _, _, _, x, y, z := many(nil, nil, nil, nil, e, f, g, h, []*root{e})
	return x, y, z
}

// The buffer stays in the frame: its argument lies in memory, but goes nowhere.
//
//go:noinline
func fill(a, b, c, d, e, f int, buf []byte) int {
	for i := range buf {
		buf[i] = byte(a + b + c + d + e + f + i)
	}
	return len(buf)
}

//go:noinline
func filled(n int) int {
	var buf [8]byte
	fill(n, 1, 2, 3, 4, 5, buf[:])
	return int(buf[7])
}

//go:noinline
func clobber(n int) int {
	var a [256]int
	for i := range a {
		a[i] = n + i
	}
	return a[n&63]
}

func main() {
	a, b := fromResult(), fromDeeperResult()
	fromKept()
	c, d := fromList(), throughResult()
	to := &root{&node{next: &node{}}}
	moved(to)
	e := captured()
	k := kept
	clobber(5)
	println(a.x[2], b.x[2], k.x[2], c.x[2], d.x[2], to.node.next.leaf.x[2], e.x[2])
	u, v, w := unwrapped(), second(), fromClosure()
	throughClosure()
	t := tied()
	clobber(7)
	println(u.x[2], v.x[2], w.x[2], known.leaf.x[2], t.next.next.leaf.x[2])
	x, y, z := fromMany()
	k = kept
	clobber(6)
	println(x.x[2], y.x[2], z.x[2], k.x[2], filled(1))
}
