package main

import "example.com/dep/lib"

func main() { lib.F(undefinedHere) }
