package main

func main() {
	var func = 1 // ERROR `syntax error: unexpected keyword func, expected name`
	type := 2 // ERROR `syntax error: unexpected :=, expected name`
}
