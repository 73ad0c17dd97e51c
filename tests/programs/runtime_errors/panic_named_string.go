// exit: 2
// A value of a named string type, with a newline inside.
package main

type text string

func main() { panic(text("line one\nline two")) }
