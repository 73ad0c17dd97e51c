package main

func main() {
	x, s := 1, "a"
	switch x {
	case 1, 2:
	case 3, 1: // ERROR `duplicate case 1 \(constant of type int\) in expression switch`
	}
	switch s {
	case "a":
	case "a": // ERROR `duplicate case "a" \(constant of type string\) in expression switch`
	}
	var i any
	switch i.(type) {
	case int:
	case string, int: // ERROR `duplicate case int in type switch`
	}
	switch {
	default:
	case true:
	default: // ERROR `multiple defaults \(first at \./duplicate_cases\.go:19:2\)`
	}
}
