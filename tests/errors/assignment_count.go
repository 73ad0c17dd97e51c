package main

func main() {
	a, b := 1 // ERROR `assignment mismatch: 2 variables but 1 value`
	c, d := 1, 2, 3 // ERROR `assignment mismatch: 2 variables but 3 values`
	var e, f int = 1 // ERROR `assignment mismatch: 2 variables but 1 value`
	a, b = 1 // ERROR `assignment mismatch: 2 variables but 1 value`
	_, _, _, _, _, _ = a, b, c, d, e, f
}
