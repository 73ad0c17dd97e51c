package main

func main() {
	var x int = 
	y := [3int{} // ERROR `syntax error: unexpected := at end of statement`
	if x == 1 { // ERROR `syntax error: non-declaration statement outside function body`
	} 
	else {
	}
}
