package main

func f(a int, b string) {}

func g(xs ...int) {}

func two() (int, string) { return 1, "" }

func main() {
	f() // ERROR `not enough arguments in call to f`
	f(1) // ERROR `not enough arguments in call to f`
	f(1, "a", 2) // ERROR `too many arguments in call to f`
	f("a", 1) // ERROR `cannot use "a" \(untyped string constant\) as int value in argument to f` `cannot use 1 \(untyped int constant\) as string value in argument to f`
	f(two())
	g(1, "x") // ERROR `cannot use "x" \(untyped string constant\) as int value in argument to g`
	g([]int{1}) // ERROR `cannot use \[\]int\{…\} \(value of type \[\]int\) as int value in argument to g`
	g([]string{}...) // ERROR `cannot use \[\]string\{\} \(value of type \[\]string\) as \[\]int value in argument to g`
	f(two(), 1) // ERROR `multiple-value two\(\) \(value of type \(int, string\)\) in single-value context` `cannot use 1 \(untyped int constant\) as string value in argument to f`
	len() // ERROR `invalid operation: not enough arguments for len\(\) \(expected 1, found 0\)`
	main(1) // ERROR `too many arguments in call to main`
}
