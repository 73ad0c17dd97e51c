package main

import "unsafe"

type Seq = func(yield func(int) bool)

type List[T any] = []T // ERROR `generic type alias requires go1\.23 or later \(-lang was set to go1\.20; `

type Point struct{ X, Y int }

type Named struct {
	Point
	name string
}

func (p Point) convert[T any](t T) T { return t } // ERROR `generic method requires go1\.27 or later \(-lang was set to go1\.20; chec`

func id[T any](t T) T { return t }

func main() {
	for i := range 3 { // ERROR `cannot range over 3 \(untyped int constant\): requires go1\.22 or later \(`
		_ = i
	}
	var seq Seq
	for x := range seq { // ERROR `cannot range over seq \(variable of func type Seq\): requires go1\.23 or `
		_ = x
	}
	_ = max(1, 2)         // ERROR `built-in max requires go1\.21 or later \(-lang was set to go1\.20; check `
	clear([]int{1})       // ERROR `clear requires go1\.21 or later \(-lang was set to go1\.20; check go\.mod\)`
	_ = new(3)            // ERROR `new\(3\) requires go1\.26 or later \(-lang was set to go1\.20; check go\.mod`
	_ = Named{X: 1}       // ERROR `use of promoted field Point\.X in struct literal of type Named requires`
	var f func(int) = nil // Not an error.
	_ = f
	var g func(int) int = id // ERROR `implicitly instantiated function in assignment requires go1\.21 or late`
	_ = g
	_ = unsafe.String(nil, 0)
	_ = [2]int([]int{1, 2})
	const big = 0x1p-2 + 0b1_0 + 0o7
}
