package main

func main() {
	fallthrough // ERROR `fallthrough statement out of place`
	switch 1 {
	case 1:
		fallthrough // ERROR `cannot fallthrough final case in switch`
	}
	var x any
	switch x.(type) {
	case int:
		fallthrough // ERROR `cannot fallthrough in type switch`
	default:
	}
	break // ERROR `break is not in a loop, switch, or select`
	continue // ERROR `continue is not in a loop`
	defer 1 // ERROR `expression in defer must be function call`
	go func() {} // ERROR `expression in go must be function call`
	defer recover // ERROR `expression in defer must be function call`
	defer append([]int{}, 1) // ERROR `defer discards result of append\(\[\]int\{\}, 1\) \(value of type \[\]int\)`
	defer int(1) // ERROR `defer requires function call, not conversion int\(1\) \(constant 1 of type int\)`
}
