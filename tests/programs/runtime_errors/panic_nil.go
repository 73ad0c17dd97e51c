// exit: 2
// panic(nil).
package main

func main() { panic(nil) }
