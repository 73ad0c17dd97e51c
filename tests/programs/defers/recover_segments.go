// Recover in a deferred function that runs on another segment of the stack than its wrapper.
package main

import "fmt"

func doubleRecover() any { return recover() }

func mustRecover(x any) {
	fmt.Println(doubleRecover(), recover(), recover(), x)
}
func mustRecover2(x any) {
	a := doubleRecover()
	b := recover()
	c := recover()
	fmt.Println(a, b, c, x)
}

func t1() {
	defer mustRecover(1)
	panic(1)
}
func t2() {
	defer mustRecover2(1)
	panic(1)
}
func body(v1, v2, v3, x any) { fmt.Println(v1, v2, v3, x) }
func mustRecover3(x any) {
	body(doubleRecover(), recover(), recover(), x)
}
func t3() {
	defer mustRecover3(1)
	panic(1)
}

func main() {
	func() { defer func() { fmt.Println(recover()) }(); t2() }()
	func() { defer func() { fmt.Println(recover()) }(); t1() }()
	func() { defer func() { fmt.Println(recover()) }(); t3() }()
}
