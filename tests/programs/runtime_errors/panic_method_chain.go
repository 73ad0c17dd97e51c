// exit: 2
// Frames of methods, closures and generic functions.
package main

type T struct{}

func (T) value()      { func() { generic([]int{}) }() }
func (t *T) pointer() { t.value() }

//go:noinline
func generic[E any](s []E) { _ = s[len(s)] }

func main() { new(T).pointer() }
