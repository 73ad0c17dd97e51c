// exit: 2
// A failed type assertion.
package main

type T struct{}

func main() {
	var x any = T{}
	println(x.(int))
}
