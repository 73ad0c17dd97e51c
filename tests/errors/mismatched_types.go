package main

func main() {
	a, b := 1, "x"
	_ = a + b // ERROR `invalid operation: a \+ b \(mismatched types int and string\)`
	_ = a == b // ERROR `invalid operation: a == b \(mismatched types int and string\)`
	var c float64 = 2
	_ = a * c // ERROR `invalid operation: a \* c \(mismatched types int and float64\)`
	_ = a + 1.5 // ERROR `1\.5 \(untyped float constant\) truncated to int`
	_ = !a // ERROR `invalid operation: operator ! not defined on a \(variable of type int\)`
	_ = -b // ERROR `invalid operation: operator - not defined on b \(variable of type string\)`
	_ = b && true // ERROR `invalid operation: b && true \(mismatched types string and untyped bool\)`
}
