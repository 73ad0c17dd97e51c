package main

type A[T any] struct{ a A[A[T]] }

type B interface{ int | string }

var b B

func (a A[int]) m() { var x int = 5; _ = x }

type C[T int | B | error] []T

type D interface {
	comparable | int
}

func f[T any, T any]() {}

func g[P](p P) {} // ERROR `syntax error: missing type constraint`

type I interface{ m[T any]() } // ERROR `interface method must have no type parameters`

func main() {}
