// exit: 2
// A value of a named integer type.
package main

type code int

func main() { panic(code(-42)) }
