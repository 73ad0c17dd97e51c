// exit: 2
// Assignment to an entry in a nil map.
package main

func main() {
	var m map[string]int
	m["a"]++
}
