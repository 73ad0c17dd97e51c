// exit: 2
// The same value is panicked again.
package main

func main() {
	defer func() {
		r := recover()
		panic(r)
	}()
	panic("again")
}
