package main

//line foo.y:10
var a int = "x"

//line sub/bar.y:20:5
var b int = "x"

/*line baz.y:30:7*/var c int = "x"

var d int = /*line q.y:40:3*/ "x" + 1

//line :50:2
var e int = "y"

//line ../up.y:60
func f() int {
	var unused int
}

//line /abs/path.y:70:1
var g int = "z"

//line :80
var h int = "w"

func main() {}

// WANT `\./foo\.y:10: cannot use "x" \(untyped string constant\) as int value in variable declaration`
// WANT `\./sub/bar\.y:20:17: cannot use "x" \(untyped string constant\) as int value in variable declaration`
// WANT `\./baz\.y:30:19: cannot use "x" \(untyped string constant\) as int value in variable declaration`
// WANT `\./q\.y:40:4: invalid operation: "x" \+ 1 \(mismatched types untyped string and untyped int\)`
// WANT `\./q\.y:50:14: cannot use "y" \(untyped string constant\) as int value in variable declaration`
// WANT `/abs/path\.y:70:13: cannot use "z" \(untyped string constant\) as int value in variable declaration`
// WANT `:80: cannot use "w" \(untyped string constant\) as int value in variable declaration`
// WANT `\.\./up\.y:61: declared and not used: unused`
// WANT `\.\./up\.y:62: missing return`
