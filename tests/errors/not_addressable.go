package main

func f() int { return 1 }

func main() {
	m := map[string]struct{ x int }{}
	m["a"].x = 1 // ERROR `cannot assign to struct field m\["a"\]\.x in map`
	_ = &m["a"] // ERROR `invalid operation: cannot take address of m\["a"\] \(map index expression of type struct\{x int\}\)`
	"abc"[0] = 1 // ERROR `cannot assign to "abc"\[0\] \(neither addressable nor a map index expression\)`
	s := "abc"
	s[0] = 1 // ERROR `cannot assign to s\[0\] \(neither addressable nor a map index expression\)`
	f() = 1 // ERROR `cannot assign to f\(\) \(neither addressable nor a map index expression\)`
	1 = 2 // ERROR `cannot assign to 1 \(neither addressable nor a map index expression\)`
	const c = 1
	c = 2 // ERROR `cannot assign to c \(neither addressable nor a map index expression\)`
	_ = &f() // ERROR `invalid operation: cannot take address of f\(\) \(value of type int\)`
	(func() {}) = nil // ERROR `cannot assign to \(func\(\) \{\}\) \(neither addressable nor a map index expression\)`
	nil = nil // ERROR `cannot assign to nil \(neither addressable nor a map index expression\)`
	true = false // ERROR `cannot assign to true \(neither addressable nor a map index expression\)`
}
