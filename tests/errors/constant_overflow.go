package main

func main() {
	var a int8 = 128 // ERROR `cannot use 128 \(untyped int constant\) as int8 value in variable declaration \(overflows\)`
	var b uint = -1 // ERROR `cannot use -1 \(untyped int constant\) as uint value in variable declaration \(overflows\)`
	c := 1 << 64 // ERROR `cannot use 1 << 64 \(untyped int constant 18446744073709551616\) as int value in assignment \(overflows\)`
	d := 10 / 0 // ERROR `invalid operation: division by zero`
	var e byte = '世' // ERROR `cannot use '世' \(untyped rune constant 19990\) as byte value in variable declaration \(overflows\)`
	f := uint8(256) // ERROR `constant 256 overflows uint8`
	var g float32 = 1e100 // ERROR `cannot use 1e100 \(untyped float constant 1e\+100\) as float32 value in variable declaration \(overflows\)`
	_ = 1.5 << 2 // ERROR `invalid operation: shifted operand 1\.5 \(untyped float constant\) must be integer`
	h := 5 % 0.0 // ERROR `invalid operation: operator % not defined on 5 \(untyped float constant\)`
	_ = "a"[5] // ERROR `invalid argument: index 5 out of bounds \[0:1\]`
	_ = [3]int{}[3] // ERROR `invalid argument: index 3 out of bounds \[0:3\]`
	_, _, _, _, _, _, _, _ = a, b, c, d, e, f, g, h
}
