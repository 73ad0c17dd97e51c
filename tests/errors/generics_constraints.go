package main

type number interface{ ~int | ~float64 }

func sum[T number](xs ...T) (t T) { return }

func pair[K comparable, V any](k K, v V) {}

type box[T any] struct{ v T }

func mk[T any]() (t T) { return }

func add[T any](a, b T) T { return a + b } // ERROR `invalid operation: operator \+ not defined on a \(variable of type T constrained by any\)`

func field[T struct{ x int }](t T) int { return t.x } // ERROR `t\.x undefined \(type T has no field or method x\)`

func main() {
	sum("a") // ERROR `string does not satisfy number \(string missing in ~int \| ~float64\)`
	sum[string]() // ERROR `string does not satisfy number \(string missing in ~int \| ~float64\)`
	sum(1, 2.5)
	sum(1, "x") // ERROR `in call to sum, mismatched types untyped int and untyped string \(cannot infer T\)`
	pair([]int{}, 1) // ERROR `\[\]int does not satisfy comparable`
	pair[int]("x", 1) // ERROR `cannot use "x" \(untyped string constant\) as int value in argument to pair\[int\]`
	pair[int, int, int](1, 1) // ERROR `got 3 type arguments but want 2`
	mk() // ERROR `in call to mk, cannot infer T \(declared at \./generics_constraints\.go:11:9\)`
	var b box // ERROR `cannot use generic type box\[T any\] without instantiation`
	var c box[int, int] // ERROR `too many type arguments for type box: have 2, want 1`
	var d number // ERROR `cannot use type number outside a type constraint: interface contains type constraints`
	_ = box[int]{"x"} // ERROR `cannot use "x" \(untyped string constant\) as int value in struct literal`
	_, _, _ = b, c, d
	_ = sum // ERROR `cannot use generic function sum without instantiation`
	var f func(int) = mk // ERROR `declared and not used: f` `type func\(int\) of f does not match func\(\) \(t T\) \(cannot infer T\)`
	_ = main[int] // ERROR `cannot index main \(value of type func\(\)\)`
}
