// math/bits: intrinsics and their portable forms agree.
package main

import (
	"fmt"
	"math/bits"
)

//go:noinline
func id[T any](x T) T { return x }

func main() {
	for _, x := range []uint64{0, 1, 2, 0xff, 1 << 31, 1 << 32, 1 << 63, 0xdeadbeefcafebabe, 1<<64 - 1} {
		fmt.Println(bits.LeadingZeros64(x), bits.TrailingZeros64(x), bits.OnesCount64(x), bits.Len64(x), bits.Reverse64(x), bits.ReverseBytes64(x), bits.RotateLeft64(x, 13), bits.RotateLeft64(x, -13))
		y := uint32(x)
		fmt.Println(bits.LeadingZeros32(y), bits.TrailingZeros32(y), bits.OnesCount32(y), bits.Len32(y), bits.Reverse32(y), bits.ReverseBytes32(y), bits.RotateLeft32(y, 5))
		z, w := uint16(x), uint8(x)
		fmt.Println(bits.Len16(z), bits.TrailingZeros16(z), bits.ReverseBytes16(z), bits.RotateLeft16(z, 3), bits.Len8(w), bits.TrailingZeros8(w), bits.RotateLeft8(w, 3), bits.OnesCount8(w))
		hi, lo := bits.Mul64(x, id(uint64(0x123456789abcdef)))
		s, c := bits.Add64(x, id(uint64(1<<63)), 1)
		d, b := bits.Sub64(id(uint64(5)), x, 1)
		fmt.Println(hi, lo, s, c, d, b)
		if hi < 1<<62 {
			q, r := bits.Div64(hi, lo, 1<<62)
			fmt.Println(q, r)
		}
	}
	var n uint = 3
	fmt.Println(bits.UintSize, bits.Len(n), bits.Reverse8(uint8(n)))
}
