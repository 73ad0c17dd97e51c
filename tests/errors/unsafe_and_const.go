package main

func f() int { return 1 }

func main() {
	const c = len([]int{1}) // ERROR `len\(\[\]int\{…\}\) \(value of type int\) is not constant`
	const d = f() // ERROR `f\(\) \(value of type int\) is not constant`
	var n = 5 // ERROR `declared and not used: n`
	var a [n]int // ERROR `invalid array length n`
	const e []int = nil // ERROR `invalid constant type \[\]int`
	const g int = "x" // ERROR `cannot use "x" \(untyped string constant\) as int value in constant declaration`
	type T [-1]int // ERROR `invalid array length -1 \(untyped int constant\)`
	var b [1 << 60]int
	_, _ = a, b
}
