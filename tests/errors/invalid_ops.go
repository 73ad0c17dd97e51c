package main

func main() {
	var s []int
	var m map[int]int
	var f func()
	_ = s == s // ERROR `invalid operation: s == s \(slice can only be compared to nil\)`
	_ = m == m // ERROR `invalid operation: m == m \(map can only be compared to nil\)`
	_ = f == f // ERROR `invalid operation: f == f \(func can only be compared to nil\)`
	var p *int
	_ = p + 1 // ERROR `invalid operation: p \+ 1 \(mismatched types \*int and untyped int\)`
	_ = *5 // ERROR `invalid operation: cannot indirect 5 \(untyped int constant\)`
	_ = <-s // ERROR `invalid operation: cannot receive from non-channel \[\]int s \(variable of type \[\]int\)`
	var c <-chan int
	c <- 1 // ERROR `invalid operation: cannot send to receive-only channel <-chan int c \(variable of type <-chan int\)`
	close(c) // ERROR `invalid operation: cannot close receive-only channel c \(variable of type <-chan int\)`
	var d chan<- int
	<-d // ERROR `invalid operation: cannot receive from send-only channel chan<- int d \(variable of type chan<- int\)`
	var st struct{ f func() }
	_ = st == st // ERROR `invalid operation: st == st \(struct containing func\(\) cannot be compared\)`
	_ = &1 // ERROR `invalid operation: cannot take address of 1 \(untyped int constant\)`
	_ = ^1.5 // ERROR `invalid operation: operator \^ not defined on 1\.5 \(untyped float constant\)`
	p++ // ERROR `invalid operation: p\+\+ \(non-numeric type \*int\)`
	s += s // ERROR `invalid operation: operator \+ not defined on s \(variable of type \[\]int\)`
	var b bool
	b++ // ERROR `invalid operation: b\+\+ \(non-numeric type bool\)`
	_ = nil == nil // ERROR `invalid operation: nil == nil \(operator == not defined on untyped nil\)`
	x := nil // ERROR `declared and not used: x` `use of untyped nil in assignment`
	var a [2][]int
	_ = a == a // ERROR `invalid operation: a == a \(\[2\]\[\]int cannot be compared\)`
}
