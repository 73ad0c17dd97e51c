package main

type G struct{ x int }

var sink []*G

//go:noinline
func list(f func()) { f() }

//go:noinline
func group(f func(*G)) {
	g := new(G)
	list(func() { sink = append(sink, g) })
}

func keep(g *G) { sink = append(sink, g) }

func main() {
	group(keep)
	group(keep)
	println(sink[0] == sink[1])
}
