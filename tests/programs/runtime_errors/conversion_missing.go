// exit: 2
// A failed assertion to an interface, with the missing method.
package main

type I interface{ M(int) string }
type T struct{}

func (T) N() {}

func main() {
	var x any = T{}
	x.(I).M(1)
}
