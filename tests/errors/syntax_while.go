package main

func main() {
	while true { // ERROR `syntax error: unexpected name true at end of statement`
	}
} // ERROR `syntax error: non-declaration statement outside function body`
