package main

func main() {
	if 1 {
	}
	for "x" {
	}
	x := 5
	if x = 6; x {
	}
	if x := 5 { // ERROR `syntax error: cannot use x := 5 as value`
	}
	for x := 0; x; x++ {
	}
}
