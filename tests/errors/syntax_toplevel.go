package main

x := 1 // ERROR `syntax error: non-declaration statement outside function body`

fmt.Println("a")

import "fmt" // ERROR `syntax error: imports must appear before other declarations`

func main() {}
