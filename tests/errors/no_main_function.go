// command: build
package main

// WANT "function main is undeclared in the main package"
func notMain() {}
