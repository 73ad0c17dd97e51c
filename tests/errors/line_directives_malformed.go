package main

func main() {
	x := 1 // ERROR `declared and not used: x`
	//line indented.y:5
	y := 2 // ERROR `declared and not used: y`
//line nocol.y:7
	z := "a" +
		1
	/*line multi.y:9:20*/ w := 3 /* comment
	over lines */ ; v := 4
//line a.y:0
//line b.y:x
//line c.y:1:0
//line d.y
//line :
	u := 5
}

// WANT `\./multi\.y:9:21: declared and not used: w`
// WANT `\./multi\.y:10:18: declared and not used: v`
// WANT `\./multi\.y:11:12: invalid line number: 0`
// WANT `\./multi\.y:12:12: invalid line number: x`
// WANT `\./multi\.y:13:14: invalid column number: 0`
// WANT `\./multi\.y:15:9: invalid line number: `
// WANT `\./multi\.y:16:2: declared and not used: u`
// WANT `\./nocol\.y:7: declared and not used: z`
// WANT `\./nocol\.y:7: invalid operation: "a" \+ 1 \(mismatched types untyped string and untyped int\)`
