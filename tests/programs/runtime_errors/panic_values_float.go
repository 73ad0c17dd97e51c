// exit: 2
// A float.
package main

func main() { panic(3.25) }
