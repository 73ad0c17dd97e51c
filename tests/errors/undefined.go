package main

func main() {
	x := y // ERROR "undefined: y" "declared and not used: x"
}
