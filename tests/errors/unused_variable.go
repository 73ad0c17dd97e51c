package main

func main() {
	a, b := 1, 2 // ERROR `declared and not used: b`
	_ = a
	for i := 0; false; { // ERROR `declared and not used: i`
	}
	if c := 1; true { // ERROR `declared and not used: c`
	}
	func() { d := 3 }() // ERROR `declared and not used: d`
	var e int // ERROR `declared and not used: e`
	e = 1
}
