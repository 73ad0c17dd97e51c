package main

func init() {}

var init = 1 // ERROR `cannot declare init - must be func`

func main() {
	init() // ERROR `undefined: init`
	_ = init // ERROR `undefined: init`
}
