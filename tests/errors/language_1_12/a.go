package main

import "unsafe"

const a = 0b101 // ERROR `binary literal requires go1\.13 or later \(-lang was set to go1\.12; check go\.mod\)`
const b = 0o17 // ERROR `0o/0O-style octal literal requires go1\.13 or later \(-lang was set to go1\.12; check go\.mod\)`
const c = 1_000 // ERROR `underscore in numeric literal requires go1\.13 or later \(-lang was set to go1\.12; check go\.mod\)`
const d = 0x1p-2 // ERROR `hexadecimal floating-point literal requires go1\.13 or later \(-lang was set to go1\.12; check go\.mod\)`
const e = 017i

type I interface{ m() }
type J interface{ m() }
type K interface {
	I
	J // ERROR `duplicate method m`
}

func main() {
	var s int = 2
	_ = 1 << s // ERROR `invalid operation: signed shift count s \(variable of type int\) requires go1\.13 or later \(-lang was set to go1\.12; check go\.mod\)`
	_ = unsafe.Add(nil, 1) // ERROR `unsafe\.Add requires go1\.17 or later \(-lang was set to go1\.12; check go\.mod\)`
	_ = unsafe.Slice((*int)(nil), 1) // ERROR `unsafe\.Slice requires go1\.17 or later \(-lang was set to go1\.12; check go\.mod\)`
	_ = unsafe.String(nil, 1) // ERROR `unsafe\.String requires go1\.20 or later \(-lang was set to go1\.12; check go\.mod\)`
	_ = unsafe.StringData("") // ERROR `unsafe\.StringData requires go1\.20 or later \(-lang was set to go1\.12; check go\.mod\)`
	x := []int{1}
	_ = (*[1]int)(x) // ERROR `cannot convert x \(variable of type \[\]int\) to type \*\[1\]int: conversion of slice to array pointer requires go1\.17 or later \(-lang was set to go1\.12; check go\.mod\)`
	type T = int
	var _ any // ERROR `predeclared any requires go1\.18 or later \(-lang was set to go1\.12; check go\.mod\)`
	new(1) // ERROR `new\(1\) requires go1\.26 or later \(-lang was set to go1\.12; check go\.mod\)` `new\(1\) \(value of type \*int\) is not used`
}

// WANT `	\./a\.go:14:2: other declaration of method m`
