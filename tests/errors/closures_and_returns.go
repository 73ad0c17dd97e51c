package main

func main() {
	f := func(a int) int {
		if a > 0 {
			return 1
		}
	} // ERROR `missing return`
	g := func() { return 5 } // ERROR `too many return values`
	h := func() (int, error) { return 1 } // ERROR `not enough return values`
	var x string = func() int { return 1 }() // ERROR `cannot use func\(\) int \{…\}\(\) \(value of type int\) as string value in variable declaration`
	for i := 0; i < 3; i++ {
		return i // ERROR `too many return values`
	}
	_, _, _, _ = f, g, h, x
}
