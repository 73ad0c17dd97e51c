package main

func main() {
	a := [3]int{1, 2, 3}
	_ = a[5] // ERROR `invalid argument: index 5 out of bounds \[0:3\]`
	_ = a[-1] // ERROR `invalid argument: index -1 \(constant of type int\) must not be negative`
	_ = a["x"] // ERROR `cannot convert "x" \(untyped string constant\) to type int`
	_ = a[1.5] // ERROR `1\.5 \(untyped float constant\) truncated to int`
	_ = "abc"[2:1] // ERROR `invalid slice indices: 1 < 2`
	m := map[string]int{}
	_ = m[1] // ERROR `cannot use 1 \(untyped int constant\) as string value in map index`
	_ = 5[0] // ERROR `cannot index 5 \(untyped int constant\)`
	_ = a[2:1] // ERROR `invalid slice indices: 1 < 2`
	p := &a
	_ = p[7] // ERROR `invalid argument: index 7 out of bounds \[0:3\]`
	_ = [2]int{1, 2, 3} // ERROR `index 2 is out of bounds \(>= 2\)`
	_ = []int{0: 1, 0: 2} // ERROR `duplicate index 0 in array or slice literal`
	_ = map[string]int{"a": 1, "a": 2} // ERROR `duplicate key "a" in map literal`
	_ = [...]int{-1: 2} // ERROR `invalid argument: index -1 \(constant of type int\) must not be negative`
}
