package main

func main() {
	i := 0
	j := i++ // ERROR `syntax error: unexpected \+\+ at end of statement`
	++i // ERROR `syntax error: unexpected \+\+, expected \}`
	_ = j
}
