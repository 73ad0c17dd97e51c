// exit: 2
// A map key that cannot be hashed.
package main

func main() {
	m := map[any]int{}
	m[struct{ f []int }{}] = 1
}
