package main

func main() {
	x´y() // ERROR `invalid character U\+00B4 .´. in identifier`
	a´b := 1 // ERROR `declared and not used: a´b` `invalid character U\+00B4 .´. in identifier`
	unknown() // ERROR `undefined: unknown`
}
