package main

func main() {
	x := 1
	x() // ERROR `invalid operation: cannot call x \(variable of type int\): int is not a function`
	"s"() // ERROR `invalid operation: cannot call "s" \(untyped string constant\): untyped string is not a function`
	var f func(int) string
	f("x") // ERROR `cannot use "x" \(untyped string constant\) as int value in argument to f`
	var s string = f(1, 2) // ERROR `too many arguments in call to f`
	_ = s
}
