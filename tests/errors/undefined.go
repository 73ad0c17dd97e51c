package main

func main() {
	x := y // ERROR `declared and not used: x` `undefined: y`
	undefinedFunc() // ERROR `undefined: undefinedFunc`
	var t Missing // ERROR `undefined: Missing`
	_ = t
}
