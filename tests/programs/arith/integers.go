// Wrapping, division, shifts and conversions of every integer width.
package main

import "fmt"

//go:noinline
func id[T any](x T) T { return x }

func divs[T int8 | int16 | int32 | int64](min T) {
	minus := id(T(-1))
	fmt.Println(min/minus, min%minus, -min, min-1, id(T(7))/id(T(-2)), id(T(-7))/id(T(2)), id(T(7))%id(T(-2)), id(T(-7))%id(T(2)))
}

func shifts[T int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64](x T) {
	for _, n := range []uint{0, 1, 7, 8, 15, 16, 31, 32, 63, 64, 65, 1 << 40} {
		fmt.Print(x<<id(n), " ", x>>id(n), " ")
	}
	fmt.Println()
}

func main() {
	divs(id(int8(-128)))
	divs(id(int16(-32768)))
	divs(id(int32(-1 << 31)))
	divs(id(int64(-1 << 63)))
	shifts(id(int8(-5)))
	shifts(id(uint8(251)))
	shifts(id(int16(-5)))
	shifts(id(uint16(65531)))
	shifts(id(int32(-5)))
	shifts(id(uint32(1<<32 - 5)))
	shifts(id(int64(-5)))
	shifts(id(uint64(1<<64 - 5)))
	u8, i8 := id(uint8(200)), id(int8(100))
	fmt.Println(u8+100, u8*2, i8+100, i8*3, ^u8, ^i8, u8&^0x0f, -u8)
	i := id(-1)
	fmt.Println(uint8(i), uint16(i), uint32(i), uint64(i), int8(id(300)), uint32(id(int64(1)<<40+7)), int64(id(uint32(1<<31))))
	fmt.Println(uint8(3)>>id(1)<<id(2), id(uint32(1))<<id(31)>>id(31))
	for _, d := range []int{1, 2, 3, 5, 7, 10, 100, 641, 1000, 1 << 20, -1, -2, -3, -10} {
		x := id(123456789012345)
		fmt.Println(x/d, x%d, -x/d, -x%d)
	}
	fmt.Println(constDivs(id(int32(-2147483648))), constDivs(id(int32(2147483647))), constDivs(id(int32(-7))))
	fmt.Println(constDivsU(id(uint32(4294967295))), constDivsU(id(uint32(7))))
}

func constDivs(x int32) [7]int32 {
	return [7]int32{x / 3, x / 7, x / -5, x / 1000, x / 16, x % 16, x % 10}
}
func constDivsU(x uint32) [6]uint32 {
	return [6]uint32{x / 3, x / 7, x / 641, x / 1000, x % 16, x % 10}
}
