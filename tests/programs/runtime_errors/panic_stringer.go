// exit: 2
// A Stringer is printed by its method.
package main

type s struct{ a, b int }

func (s) String() string { return "I am a stringer" }

func main() { panic(s{1, 2}) }
