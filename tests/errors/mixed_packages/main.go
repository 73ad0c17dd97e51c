// WANT "found packages main \(main.go\) and other \(other.go\)"
package main

func main() {}
