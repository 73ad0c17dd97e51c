package lib

func F() int {
	var x string = 1 // ERROR "declared and not used: x" "cannot use 1"
} // ERROR "missing return"
