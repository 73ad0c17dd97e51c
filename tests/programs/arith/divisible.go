// Remainders by constants compared with 0, which need no division, beside the same with divisors the compiler cannot see.
package main

import "fmt"

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

//go:noinline
func divides[T number](x, d T) bool { return x%d == 0 }

type test[T number] struct {
	d   T
	yes func(T) bool
	no  func(T) bool
}

func check[T number](name string, xs []T, tests []test[T]) {
	for _, t := range tests {
		n := 0
		for _, x := range xs {
			want := divides(x, t.d)
			if t.yes(x) != want || t.no(x) == want {
				fmt.Println(name, x, "%", t.d, "differs")
			}
			if want {
				n++
			}
		}
		fmt.Println(name, t.d, n, "of", len(xs))
	}
}

// Numbers around multiples, and around the ends of the type.
func around[T number](ds ...T) []T {
	var xs []T
	for _, d := range ds {
		for q := T(0); q < 5; q++ {
			for e := T(0); e < 3; e++ {
				xs = append(xs, q*d+e, q*d-e, -q*d+e, -q*d-e)
			}
		}
	}
	top := ^T(0)
	if top < 0 {
		top = ^(T(1) << (8*sizeof[T]() - 1))
	}
	for e := T(0); e < 100; e++ {
		xs = append(xs, top-e, top+e, top/2-e, top/2+e)
	}
	return xs
}

func sizeof[T number]() int {
	n := 0
	for x := T(1); x != 0; x <<= 8 {
		n++
	}
	return n
}

func main() {
	check("int8", around[int8](3, 7, 10, 127), []test[int8]{
		{3, func(x int8) bool { return x%3 == 0 }, func(x int8) bool { return x%3 != 0 }},
		{-7, func(x int8) bool { return x%-7 == 0 }, func(x int8) bool { return x%-7 != 0 }},
		{12, func(x int8) bool { return x%12 == 0 }, func(x int8) bool { return x%12 != 0 }},
		{16, func(x int8) bool { return x%16 == 0 }, func(x int8) bool { return x%16 != 0 }},
		{-128, func(x int8) bool { return x%-128 == 0 }, func(x int8) bool { return x%-128 != 0 }},
		{127, func(x int8) bool { return x%127 == 0 }, func(x int8) bool { return x%127 != 0 }},
	})
	check("uint8", around[uint8](3, 7, 10, 127), []test[uint8]{
		{3, func(x uint8) bool { return x%3 == 0 }, func(x uint8) bool { return x%3 != 0 }},
		{12, func(x uint8) bool { return x%12 == 0 }, func(x uint8) bool { return x%12 != 0 }},
		{128, func(x uint8) bool { return x%128 == 0 }, func(x uint8) bool { return x%128 != 0 }},
		{200, func(x uint8) bool { return x%200 == 0 }, func(x uint8) bool { return x%200 != 0 }},
	})
	check("int16", around[int16](3, 100, 1000), []test[int16]{
		{100, func(x int16) bool { return x%100 == 0 }, func(x int16) bool { return x%100 != 0 }},
		{-12288, func(x int16) bool { return x%-12288 == 0 }, func(x int16) bool { return x%-12288 != 0 }},
	})
	check("uint16", around[uint16](3, 100, 1000), []test[uint16]{
		{100, func(x uint16) bool { return x%100 == 0 }, func(x uint16) bool { return x%100 != 0 }},
		{65535, func(x uint16) bool { return x%65535 == 0 }, func(x uint16) bool { return x%65535 != 0 }},
	})
	check("int32", around[int32](3, 100, 86400), []test[int32]{
		{7, func(x int32) bool { return x%7 == 0 }, func(x int32) bool { return x%7 != 0 }},
		{-86400, func(x int32) bool { return x%-86400 == 0 }, func(x int32) bool { return x%-86400 != 0 }},
		{-1 << 31, func(x int32) bool { return x%(-1<<31) == 0 }, func(x int32) bool { return x%(-1<<31) != 0 }},
	})
	check("uint32", around[uint32](3, 100, 86400), []test[uint32]{
		{7, func(x uint32) bool { return x%7 == 0 }, func(x uint32) bool { return x%7 != 0 }},
		{86400, func(x uint32) bool { return x%86400 == 0 }, func(x uint32) bool { return x%86400 != 0 }},
		{1 << 31, func(x uint32) bool { return x%(1<<31) == 0 }, func(x uint32) bool { return x%(1<<31) != 0 }},
	})
	check("int64", around[int64](3, 100, 1e9), []test[int64]{
		{1, func(x int64) bool { return x%1 == 0 }, func(x int64) bool { return x%1 != 0 }},
		{10, func(x int64) bool { return x%10 == 0 }, func(x int64) bool { return x%10 != 0 }},
		{-1e9, func(x int64) bool { return x%-1e9 == 0 }, func(x int64) bool { return x%-1e9 != 0 }},
		{1<<63 - 1, func(x int64) bool { return x%(1<<63-1) == 0 }, func(x int64) bool { return x%(1<<63-1) != 0 }},
		{-1 << 63, func(x int64) bool { return x%(-1<<63) == 0 }, func(x int64) bool { return x%(-1<<63) != 0 }},
	})
	check("uint64", around[uint64](3, 100, 1e9), []test[uint64]{
		{10, func(x uint64) bool { return x%10 == 0 }, func(x uint64) bool { return x%10 != 0 }},
		{641, func(x uint64) bool { return x%641 == 0 }, func(x uint64) bool { return x%641 != 0 }},
		{3 << 62, func(x uint64) bool { return x%(3<<62) == 0 }, func(x uint64) bool { return x%(3<<62) != 0 }},
	})
}
