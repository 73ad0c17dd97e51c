package main

type T struct{}

func f[P any](p P) {} // ERROR "type parameter requires go1.18 or later" "predeclared any requires go1.18 or later"

func main() {
	for i := range 10 { // ERROR "cannot range over 10"
		_ = i
	}
	_ = min(1, 2) // ERROR "min requires go1.21 or later"
	f[int](1)     // ERROR "function instantiation requires go1.18"
}
