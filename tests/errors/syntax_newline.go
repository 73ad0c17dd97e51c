package main

func main() {
	x := 5 +
	} // ERROR `syntax error: unexpected \}, expected expression`
	func g() {
		if x {
}
