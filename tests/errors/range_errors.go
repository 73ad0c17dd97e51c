package main

func main() {
	for range 1.5 { // ERROR `cannot range over 1\.5 \(untyped float constant\)`
	}
	for i, j := range 5 { // ERROR `declared and not used: i` `range over 5 \(untyped int constant\) permits only one iteration variable`
	}
	for a, b, c := range []int{} { // ERROR `declared and not used: a` `declared and not used: b` `range clause permits at most two iteration variables`
	}
	for i := range nil { // ERROR `cannot range over nil`
	}
	var c chan<- int
	for x := range c { // ERROR `cannot range over c \(variable of type chan<- int\): receive from send-only channel chan<- int`
	}
	for a, b := range make(chan int) { // ERROR `declared and not used: a` `range over make\(chan int\) \(value of type chan int\) permits only one iteration variable`
	}
	for x := range func(yield func(int)) {} { // ERROR `cannot range over func\(yield func\(int\)\) \{\} \(value of type func\(yield func\(int\)\)\): func must be func\(yield func\(\.\.\.\) bool\): yield func does not return bool`
	}
	for x := range struct{}{} { // ERROR `cannot range over struct\{\}\{\} \(value of type struct\{\}\)`
	}
	var s string // ERROR `declared and not used: s`
	for s = range []int{} { // ERROR `cannot use s \(value of type int\) as string value in assignment`
	}
}
