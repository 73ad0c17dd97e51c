// Every kind of operand that the print builtins take; they write to standard error.
package main

type celsius float64
type name string

func main() {
	println(true, false, 1, -1, int8(-128), uint8(255), uint64(1<<64-1))
	println("text", name("named"), 'x', 1.5, -0.0, 1e100, celsius(36.6))
	var zero float64
	println(1/zero, -1/zero, zero/zero, float32(0.1))
	println(1+2i, complex64(3-4i))
	print("no", "spaces", 1, 2, 3, "\n")
	println()
	print()
	var p *int
	var e any
	var f func()
	var m map[string]int
	var c chan int
	println(p, f == nil, m == nil, c == nil, e == nil)
	println(uintptr(0), int64(-1<<63))
	const big = 1 << 40
	println(big, 'a', "\x00\xff\u65e5")
}
