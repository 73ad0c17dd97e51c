package main

import (
	"io/fs"
	"os"
)

type (
	Bytes             = []byte
	ID                = string
	Pair              = struct{ a, b int }
	List[T any]       = []T
	Set[K comparable] map[K]struct{}
)

func take(b Bytes, id ID, r rune, s Set[byte], l List[rune]) (Pair, os.FileMode) { return Pair{}, 0 }

type reader struct{}

func (reader) Read(p []uint8) int { return 0 }

func main() {
	var u []uint8
	var m map[rune][]byte
	var info os.FileInfo
	var mode fs.FileMode
	take("x", 1, "y", m, u)                 // ERROR `cannot use "x" \(untyped string constant\) as Bytes value in argument to` `cannot use 1 \(untyped int constant\) as ID value in argument to take` `cannot use "y" \(untyped string constant\) as rune value in argument to ` `cannot use m \(variable of type map\[rune\]\[\]byte\) as Set\[byte\] value in ` `cannot use u \(variable of type \[\]uint8\) as List\[rune\] value in argumen`
	var p Pair = take(nil, "", 0, nil, nil) // ERROR `multiple-value take\(nil, "", 0, nil, nil\) \(value of type \(Pair, os\.Fil`
	_ = p + 1                               // ERROR `invalid operation: p \+ 1 \(mismatched types Pair and untyped int\)`
	info.Foo()                              // ERROR `info\.Foo undefined \(type os\.FileInfo has no field or method Foo\)`
	info = mode                             // ERROR `cannot use mode \(variable of uint32 type fs\.FileMode\) as os\.FileInfo v`
	mode = info.Name()                      // ERROR `cannot use info\.Name\(\) \(value of type string\) as fs\.FileMode value in `
	var any any = u
	for i, c := range "abc" {
		var s string = c // ERROR `declared and not used: s` `cannot use c \(variable of type rune\) as string value in variable decla`
		_ = i
	}
	var e error = reader{} // ERROR `declared and not used: e` `cannot use reader\{\} \(value of struct type reader\) as error value in va`
	s := "abc"[0] + "x"    // ERROR `declared and not used: s` `invalid operation: "abc"\[0\] \+ "x" \(mismatched types byte and untyped s`
	var x int = any        // ERROR `declared and not used: x` `cannot use any \(variable of interface type any\) as int value in variab`
	var id ID
	id.Foo()           // ERROR `id\.Foo undefined \(type ID has no field or method Foo\)`
	id = 'a'           // ERROR `cannot use 'a' \(untyped rune constant 97\) as ID value in assignment`
	_ = u == nil || id // ERROR `invalid operation: u == nil \|\| id \(mismatched types untyped bool and I`
	switch 'a' {
	case "b": // ERROR `cannot convert "b" \(untyped string constant\) to type rune`
	}
	_ = List[byte]{1, "x"} // ERROR `cannot use "x" \(untyped string constant\) as byte value in array or sli`
	_ = Bytes(3)           // ERROR `cannot convert 3 \(untyped int constant\) to type Bytes`
	_ = Set[byte]{1: 2}    // ERROR `cannot use 2 \(untyped int constant\) as struct\{\} value in map literal`
	_ = Set[[]byte]{}      // ERROR `\[\]byte does not satisfy comparable`
	var ch chan<- rune
	<-ch                 // ERROR `invalid operation: cannot receive from send-only channel chan<- rune c`
	append(u, "x")       // ERROR `append\(u, "x"\) \(value of type \[\]uint8\) is not used` `cannot use "x" \(untyped string constant\) as uint8 value in argument to`
	copy(u, []rune("x")) // ERROR `invalid copy: arguments u \(variable of type \[\]uint8\) and \[\]rune\("x"\) \(`
	const k byte = 300   // ERROR `cannot use 300 \(untyped int constant\) as byte value in constant declar`
	_ = byte(1) << 3.5   // ERROR `3\.5 \(untyped float constant\) truncated to uint`
	_ = rune("x")        // ERROR `cannot convert "x" \(untyped string constant\) to type rune`
}
