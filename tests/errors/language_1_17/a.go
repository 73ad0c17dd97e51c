package main

import "cmp"

type G[T any] struct{ x T } // ERROR `type parameter requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

func f[T any, U ~int | string](x T, y U) {} // ERROR `type parameter requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `embedding interface element ~int \| string requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

type A[T any] = G[T] // ERROR `generic type alias requires go1\.23 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `type instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

func main() {
	f(1, "x") // ERROR `implicit function instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
	var g G[int] // ERROR `type instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
	_ = g
	for i := range 10 {
		_ = i
	}
	for range func(yield func() bool) {} {
	}
	_ = min(1, 2)
	_ = max(1, 2)
	clear(map[int]int{})
	s := []int{1}
	_ = [1]int(s)
	_ = (*[1]int)(s)
	_ = cmp.Compare(1, 2)
	var any interface{} = 1
	_ = any
	var e comparable
}

// WANT `too many errors`
