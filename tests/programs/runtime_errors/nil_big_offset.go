// exit: 2
// A field far behind a nil pointer.
package main

type T struct {
	pad [1 << 20]byte
	x   int
}

//go:noinline
func get(t *T) int { return t.x }

func main() { println(get(nil)) }
