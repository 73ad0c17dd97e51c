// WANT `syntax error: unexpected EOF, expected \}`
package main

func main() {
	println("a")
