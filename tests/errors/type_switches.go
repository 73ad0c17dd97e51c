package main

func main() {
	var x any = 1
	switch y := x.(type) { // ERROR `y declared and not used`
	case int:
	}
	switch x.(type) {
	case 1: // ERROR `1 is not a type`
	case nil, nil: // ERROR `duplicate case nil in type switch`
	}
	n := 1
	switch n.(type) { // ERROR `n \(variable of type int\) is not an interface`
	}
	_ = n.(int) // ERROR `invalid operation: n \(variable of type int\) is not an interface`
	_ = x.(type) // ERROR `invalid syntax tree: use of \.\(type\) outside type switch`
	var r interface{ Read() }
	switch r.(type) {
	case int: // ERROR `impossible type switch case: int`
	}
	_ = r.(string) // ERROR `impossible type assertion: r\.\(string\)`
}
