// WANT "import cycle not allowed"
package main

import "example.com/cycle/a"

func main() { a.F() }
