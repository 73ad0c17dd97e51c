package main

func main() {
	1 + 2 // ERROR `1 \+ 2 \(untyped int constant 3\) is not used`
	x := []int{1}
	x[0] // ERROR `x\[0\] \(variable of type int\) is not used`
	len(x) // ERROR `len\(x\) \(value of type int\) is not used`
	x == nil // ERROR `x == nil \(untyped bool value\) is not used`
	append(x, 1) // ERROR `append\(x, 1\) \(value of type \[\]int\) is not used`
	"text" // ERROR `"text" \(untyped string constant\) is not used`
	func() {} // ERROR `func\(\) \{\} \(value of type func\(\)\) is not used`
}
