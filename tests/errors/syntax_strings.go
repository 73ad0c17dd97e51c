package main

func main() {
	a := "unterminated // ERROR `declared and not used: a` `newline in string`
	b := 'ab' // ERROR `declared and not used: b` `more than one character in rune literal`
	c := '' // ERROR `declared and not used: c` `empty rune literal or unescaped '`
	d := "bad \q escape" // ERROR `declared and not used: d` `unknown escape`
}
