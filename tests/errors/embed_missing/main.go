// WANT "pattern missing.txt: no matching files found"
package main

import _ "embed"

//go:embed missing.txt
var s string

func main() { println(s) }
