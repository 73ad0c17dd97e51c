// Command tool says its name.
package main

import "fmt"

func main() { fmt.Println("tool") }
