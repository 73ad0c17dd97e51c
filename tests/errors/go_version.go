package main

func f[T any](t T) {}

func main() {
	f[int]("x") // ERROR `cannot use "x" \(untyped string constant\) as int value in argument to f\[int\]`
	var g func(string) = f[int] // ERROR `declared and not used: g` `cannot use f\[int\] \(value of type func\(t int\)\) as func\(string\) value in variable declaration`
	x := f // ERROR `declared and not used: x` `cannot use generic function f without instantiation`
}
