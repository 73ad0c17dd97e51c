// exit: 2
// select {} with nobody else.
package main

func main() { select {} }
