package main

func main() {
	type T struct{ f []int }
	var m map[T]int // ERROR `invalid map key type T`
	var n map[[]int]string // ERROR `invalid map key type \[\]int`
	var k map[func()]int // ERROR `invalid map key type func\(\)`
	m[T{}] = 1
	_, _ = n, k
	_ = T{} == T{} // ERROR `invalid operation: T\{\} == T\{\} \(struct containing \[\]int cannot be compared\)`
	var a, b any
	_ = a < b // ERROR `invalid operation: a < b \(operator < not defined on interface\)`
	_ = struct{ a int }{} == struct{ b int }{} // ERROR `invalid operation: struct\{a int\}\{\} == struct\{b int\}\{\} \(mismatched types struct\{a int\} and struct\{b int\}\)`
}
