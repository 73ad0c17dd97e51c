// exit: 2
// Slice bounds out of range.
package main

//go:noinline
func cut(s string, i, j int) string { return s[i:j] }

func main() { println(cut("abc", 2, 1)) }
