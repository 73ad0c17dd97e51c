// exit: 2
// Comparing values that cannot be compared.
package main

func main() {
	var a, b any = map[string]int{}, map[string]int{}
	println(a == b)
}
