// Constants: iota, exact arithmetic, typed and untyped, runes, huge values, shifts, complex, bools, strings.
package main

import (
	"fmt"
	"math"
	"time"
	"unsafe"
)

type weekday int

const (
	sunday weekday = iota
	monday
	_
	wednesday
)
const (
	_ = 1 << (10 * iota)
	kb
	mb
	gb
)
const (
	a, b = iota, iota * 10
	c, d
	e, f = "x", len("héllo")
	g, h
)
const (
	big   = 1 << 200
	small = big >> 198
	third = 1.0 / 3
	tiny  = 1e-1000 * 1e1000
	huge  = 123456789012345678901234567890 / 1e10
	comp  = (1 + 2i) * (3 - 1i)
	r     = 'a' + 1
	mask  = ^uint32(0)
	str   = "con" + "cat"
	yes   = str == "concat" && 1 < 2.5
	sz    = unsafe.Sizeof([3]int64{})
	day   = 24 * time.Hour
)

type bits uint8

const (
	f0 bits = 1 << iota
	f1
	f2
	all = f0 | f1 | f2
)

func (w weekday) String() string { return [...]string{"Sun", "Mon", "Tue", "Wed"}[w] }

func main() {
	fmt.Println(sunday, monday, wednesday, kb, mb, gb, a, b, c, d, e, f, g, h)
	fmt.Println(small, third, tiny, huge, comp, r, mask, str, yes, sz, day, all, all&^f1)
	fmt.Printf("%T %T %T %T %v\n", r, third, comp, 1<<3, math.Pi)
	var f32 float32 = 1.0 / 3
	var i8 int8 = -1 << 7
	var x uint = 1
	var s uint8 = 1<<x | 0x80
	fmt.Println(f32, i8, s, 0b1010_1010, 0o17, 0x1p-2, 1_000_000, '\u00e9', '\'', "\101\x41\u0041")
	const local = iota
	fmt.Println(local, len([local + 2]int{}), uint64(math.MaxUint64), int64(math.MinInt64), 5/2, -5/2, 5%-3, 5.0/2, 1/2*3.0, 7>>1)
	var sh int64 = 1 << 40 >> x
	fmt.Println(sh, 1<<x == 2, float64(1<<3), math.MaxFloat32, real(comp), imag(comp), -0.0 == 0.0)
	fmt.Println(len("abc"), cap([5]int{}), len(&[7]int{}), string(rune(65)), complex(1, 2), min(1, 2.5, 'a'), max("a", "b"))
}
