// exit: 2
// A nil pointer is read; the signal line is printed.
package main

type T struct {
	a [10]int
	b string
}

//go:noinline
func get(t *T) string { return t.b }

func main() {
	println("start")
	println(get(nil))
}
