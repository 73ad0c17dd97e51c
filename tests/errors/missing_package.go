package main

func main() {
	_ = foo.Bar // ERROR `undefined: foo`
}
