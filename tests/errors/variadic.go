package main

func f(a ...int, b string) {} // ERROR `can only use \.\.\. with final parameter`

func g(xs ...int) {
	g(xs)
	g(1, xs...)
	g(xs..., 1) // ERROR `syntax error: unexpected literal 1, expected \)`
}

func main() {}
