package main

func f() {}

func main() {
	x := go f() // ERROR `syntax error: unexpected keyword go, expected expression`
	defer f
	y := defer f() // ERROR `syntax error: unexpected keyword defer, expected expression`
	go
	defer (f()) // ERROR `syntax error: unexpected keyword defer, expected expression` `expression in defer must not be parenthesized`
}
