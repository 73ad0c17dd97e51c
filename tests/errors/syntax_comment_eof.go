// WANT `comment not terminated`
package main

func main() {}

/* never closed
