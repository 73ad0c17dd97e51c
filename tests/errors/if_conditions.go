package main

func main() {
	if 1 { // ERROR `non-boolean condition in if statement`
	}
	for "x" { // ERROR `non-boolean condition in for statement`
	}
	x := 5
	if x = 6; x { // ERROR `non-boolean condition in if statement`
	}
	for x := 0; x; x++ { // ERROR `non-boolean condition in for statement`
	}
	switch x {
	case "a": // ERROR `cannot convert "a" \(untyped string constant\) to type int`
	case 1.5: // ERROR `1\.5 \(untyped float constant\) truncated to int`
	case nil: // ERROR `cannot convert nil to type int`
	}
	var p *int
	if p { // ERROR `non-boolean condition in if statement`
	}
	if !x { // ERROR `invalid operation: operator ! not defined on x \(variable of type int\)`
	}
}
