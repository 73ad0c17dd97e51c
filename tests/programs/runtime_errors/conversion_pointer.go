// exit: 2
// A failed assertion: the method has a pointer receiver.
package main

type I interface{ M() }
type T struct{}

func (*T) M() {}

func main() {
	var x any = T{}
	x.(I).M()
}
