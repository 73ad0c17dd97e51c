package main

const h

const (
	a, b = 1
	c = 1, 2
)

var v // ERROR `syntax error: unexpected newline, expected type`

func main() {}
