package main

func main() {
	var r rune = "a" // ERROR `cannot use "a" \(untyped string constant\) as rune value in variable declaration`
	var s string = 'a' // ERROR `cannot use 'a' \(untyped rune constant 97\) as string value in variable declaration`
	var b byte = "a"[0:1] // ERROR `cannot use "a"\[0:1\] \(value of type string\) as byte value in variable declaration`
	_ = "a" + 'b' // ERROR `invalid operation: "a" \+ 'b' \(mismatched types untyped string and untyped rune\)`
	_ = s + 1 // ERROR `invalid operation: s \+ 1 \(mismatched types string and untyped int\)`
	for _, c := range s {
		s += c // ERROR `invalid operation: s \+= c \(mismatched types string and rune\)`
		var t string = c // ERROR `declared and not used: t` `cannot use c \(variable of type rune\) as string value in variable declaration`
	}
	if s == nil { // ERROR `invalid operation: s == nil \(mismatched types string and untyped nil\)`
	}
	if s == 'a' { // ERROR `invalid operation: s == 'a' \(mismatched types string and untyped rune\)`
	}
	if r == "a" { // ERROR `invalid operation: r == "a" \(mismatched types rune and untyped string\)`
	}
	_ = b
}
