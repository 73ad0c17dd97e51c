package main

func main() {
	c := make(chan int)
	select {
	case 5: // ERROR `select case must be send or receive \(possibly with assignment\)`
	case x := <-c: // ERROR `declared and not used: x`
	case c <- "s": // ERROR `cannot use "s" \(untyped string constant\) as int value in send`
	case c = nil: // ERROR `select case must be send or receive \(possibly with assignment\)`
	default:
	default: // ERROR `multiple defaults \(first at \./select_errors\.go:10:2\)`
	}
	select {
	case a, b, d := <-c: // ERROR `declared and not used: a` `declared and not used: b` `declared and not used: d` `assignment mismatch: 3 variables but 1 value`
	}
}
