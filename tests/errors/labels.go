package main

func main() {
	L: // ERROR `label L defined and not used`
		for {
			break M // ERROR `break label not defined: M`
			continue N // ERROR `continue label not defined: N`
		}
		goto X // ERROR `label X not defined`
		break // ERROR `break is not in a loop, switch, or select`
		continue // ERROR `continue is not in a loop`
	L: // ERROR `label L already defined at \./labels\.go:4:2`
		println()
	O:
		if true {
			continue O // ERROR `invalid continue label O`
		}
}
