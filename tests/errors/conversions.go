package main

func main() {
	_ = int("5") // ERROR `cannot convert "5" \(untyped string constant\) to type int`
	_ = string(1.5) // ERROR `cannot convert 1\.5 \(untyped float constant\) to type string`
	_ = []int("abc") // ERROR `cannot convert "abc" \(untyped string constant\) to type \[\]int`
	_ = (*int)(5) // ERROR `cannot convert 5 \(untyped int constant\) to type \*int`
	_ = bool(1) // ERROR `cannot convert 1 \(untyped int constant\) to type bool`
	_ = struct{ a int }(struct{ b int }{}) // ERROR `cannot convert struct\{b int\}\{\} \(value of type struct\{b int\}\) to type struct\{a int\}`
	_ = [4]int([]string{}) // ERROR `cannot convert \[\]string\{\} \(value of type \[\]string\) to type \[4\]int`
	_ = int8(300) // ERROR `constant 300 overflows int8`
	_ = float32("x") // ERROR `cannot convert "x" \(untyped string constant\) to type float32`
	var e error = error("x") // ERROR `cannot convert "x" \(untyped string constant\) to type error`
	_ = e
	_ = int(1, 2) // ERROR `too many arguments in conversion to int`
	_ = int() // ERROR `missing argument in conversion to int`
}
