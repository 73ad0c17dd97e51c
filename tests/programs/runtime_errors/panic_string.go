// exit: 2
// An uncaught panic with a string.
package main

func f(n int) {
	if n == 0 {
		panic("boom")
	}
	f(n - 1)
}

func main() {
	defer println("deferred calls run first")
	f(3)
}
