package main

func main() {
	var i int = "text" // ERROR `cannot use "text" \(untyped string constant\) as int value in variable declaration`
	s := "a"
	s = 5 // ERROR `cannot use 5 \(untyped int constant\) as string value in assignment`
	var f float32 = i // ERROR `cannot use i \(variable of type int\) as float32 value in variable declaration`
	var p *int = i // ERROR `cannot use i \(variable of type int\) as \*int value in variable declaration`
	var e error = s // ERROR `cannot use s \(variable of type string\) as error value in variable declaration: string does not implement error \(missing method Error\)`
	_, _, _, _ = i, f, p, e
}
