// WANT `declared and not used: x`
// WANT `string not terminated`
package main

func main() {
	x := `never closed
}
