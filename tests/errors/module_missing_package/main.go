// WANT "package example.com/m/none is not in std|no required module provides package|package example.com/m/none"
package main

import "example.com/m/none"

func main() { none.F() }
