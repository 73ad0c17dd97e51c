// exit: 2
// A panic during a panic, and one that was recovered before.
package main

func main() {
	defer func() {
		defer func() {
			println("recovered", recover() != nil)
			panic("third")
		}()
		panic("second")
	}()
	panic("first")
}
