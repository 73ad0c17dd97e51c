package main

func main() {
	undefined0() // ERROR `undefined: undefined0`
	undefined1() // ERROR `undefined: undefined1`
	undefined2() // ERROR `undefined: undefined2`
	undefined3() // ERROR `undefined: undefined3`
	undefined4() // ERROR `undefined: undefined4`
	undefined5() // ERROR `undefined: undefined5`
	undefined6() // ERROR `undefined: undefined6`
	undefined7() // ERROR `undefined: undefined7`
	undefined8() // ERROR `undefined: undefined8`
	undefined9() // ERROR `undefined: undefined9`
	undefined10() // ERROR `undefined: undefined10`
	undefined11() // ERROR `undefined: undefined11`
	undefined12() // ERROR `undefined: undefined12`
	undefined13() // ERROR `undefined: undefined13`
	undefined14() // ERROR `undefined: undefined14`
}
