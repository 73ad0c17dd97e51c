// exit: 2
// env: GOTRACEBACK=none
// GOTRACEBACK=none prints the message alone.
package main

func main() { panic("quiet") }
