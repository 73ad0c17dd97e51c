package main

func main() {
	x := 1 # 2 // ERROR `invalid character U\+0023 '#'` `syntax error: unexpected literal 2 at end of statement`
	y := “quoted” // ERROR `invalid character U\+201C '“' in identifier` `invalid character U\+201D '”' in identifier`
	z := 3 ? 4 : 5 // ERROR `invalid character U\+003F '\?'` `syntax error: unexpected literal 4 at end of statement`
}
