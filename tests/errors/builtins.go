package main

func main() {
	_ = len(5) // ERROR `invalid argument: 5 \(untyped int constant\) for built-in len`
	_ = cap(map[int]int{}) // ERROR `invalid argument: map\[int\]int\{\} \(value of type map\[int\]int\) for built-in cap`
	_ = make(int) // ERROR `invalid argument: cannot make int: type must be slice, map, or channel`
	_ = make([]int) // ERROR `invalid operation: make\(\[\]int\) expects 2 or 3 arguments; found 1`
	_ = make([]int, -1) // ERROR `invalid argument: index -1 \(constant of type int\) must not be negative`
	_ = make([]int, 5, 2) // ERROR `invalid argument: length and capacity swapped`
	_ = make([]int, "x") // ERROR `cannot convert "x" \(untyped string constant\) to type int`
	_ = new() // ERROR `invalid operation: not enough arguments for new\(\) \(expected 1, found 0\)`
	_ = append(1, 2) // ERROR `invalid append: argument must be a slice; have 1 \(untyped int constant\)`
	_ = append([]int{}, "x") // ERROR `cannot use "x" \(untyped string constant\) as int value in argument to append`
	copy([]int{}, []string{}) // ERROR `invalid copy: arguments \[\]int\{\} \(value of type \[\]int\) and \[\]string\{\} \(value of type \[\]string\) have different element types int and string`
	delete([]int{}, 1) // ERROR `invalid argument: \[\]int\{\} \(value of type \[\]int\) is not a map`
	close(5) // ERROR `invalid operation: cannot close non-channel 5 \(untyped int constant\)`
	_ = min() // ERROR `invalid operation: not enough arguments for min\(\) \(expected 1, found 0\)`
	_ = max(1, "a") // ERROR `invalid argument: mismatched types untyped int \(previous argument\) and untyped string \(type of "a"\)`
	clear(5) // ERROR `invalid argument: cannot clear 5 \(untyped int constant\): argument must be \(or constrained by\) map or slice`
	_ = complex(1, "x") // ERROR `invalid operation: complex\(1, "x"\) \(mismatched types untyped float and untyped string\)`
	_ = real("s") // ERROR `invalid argument: argument has type untyped string, expected complex type`
	_ = cap() // ERROR `invalid operation: not enough arguments for cap\(\) \(expected 1, found 0\)`
	panic() // ERROR `invalid operation: not enough arguments for panic\(\) \(expected 1, found 0\)`
	_ = print(1) // ERROR `print\(1\) \(no value\) used as value`
	len := 5
	_ = len
}
