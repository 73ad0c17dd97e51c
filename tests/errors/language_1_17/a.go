package main

import "cmp"

type G[T any] struct{ x T } // ERROR `type parameter requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

func f[T any, U ~int | string](x T, y U) {} // ERROR `type parameter requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `embedding interface element ~int \| string requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

type A[T any] = G[T] // ERROR `generic type alias requires go1\.23 or later \(-lang was set to go1\.17; check go\.mod\)` `predeclared any requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)` `type instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`

func main() {
	f(1, "x") // ERROR `implicit function instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
	var g G[int] // ERROR `type instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
	_ = g
	for i := range 10 { // ERROR `cannot range over 10 \(untyped int constant\): requires go1\.22 or later \(-lang was set to go1\.17; check go\.mod\)`
		_ = i
	}
	for range func(yield func() bool) {} { // ERROR `cannot range over func\(yield func\(\) bool\) \{\} \(value of type func\(yield func\(\) bool\)\): requires go1\.23 or later \(-lang was set to go1\.17; check go\.mod\)`
	}
	_ = min(1, 2) // ERROR `built-in min requires go1\.21 or later \(-lang was set to go1\.17; check go\.mod\)`
	_ = max(1, 2) // ERROR `built-in max requires go1\.21 or later \(-lang was set to go1\.17; check go\.mod\)`
	clear(map[int]int{}) // ERROR `clear requires go1\.21 or later \(-lang was set to go1\.17; check go\.mod\)`
	s := []int{1}
	_ = [1]int(s) // ERROR `cannot convert s \(variable of type \[\]int\) to type \[1\]int: conversion of slice to array requires go1\.20 or later \(-lang was set to go1\.17; check go\.mod\)`
	_ = (*[1]int)(s)
	_ = cmp.Compare(1, 2) // ERROR `implicit function instantiation requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
	var any interface{} = 1
	_ = any
	var e comparable // ERROR `declared and not used: e` `predeclared comparable requires go1\.18 or later \(-lang was set to go1\.17; check go\.mod\)`
}
