// Special values, rounding, conversions and comparisons of floating point numbers.
package main

import (
	"fmt"
	"math"
)

//go:noinline
func id[T any](x T) T { return x }

func main() {
	nan, inf, zero := id(math.NaN()), id(math.Inf(1)), id(0.0)
	fmt.Println(nan == nan, nan != nan, nan < 1, nan > 1, nan <= nan, !(nan >= nan), inf > 1e308, -inf < inf)
	fmt.Println(1/zero, -1/zero, zero/zero, inf-inf, 1/(-1/inf), math.Signbit(-zero*1))
	fmt.Println(int64(id(1e18)), int(id(-3.99)), uint8(id(255.9)), int32(id(-2147483648.0)), uint64(id(1.8e19)))
	fmt.Println(float32(id(0.1)), float64(float32(id(0.1))), float32(id(1e-46)), float32(id(3.5e38)))
	fmt.Println(float64(id(int64(1<<53+1))), float32(id(int32(16777217))), float64(id(uint64(1<<64-1))), float32(id(uint64(1<<63+1))))
	fmt.Println(min(1.0, nan), max(1.0, nan), min(zero, -zero), max(-zero, zero), min(3, 1, 2), max("a", "b"))
	fmt.Println(math.Signbit(min(id(0.0), math.Copysign(0, -1))), math.Signbit(max(id(0.0), math.Copysign(0, -1))))
	fmt.Println(math.Sqrt(2), math.Floor(-1.5), math.Ceil(-1.5), math.Trunc(-1.5), math.RoundToEven(2.5), math.Round(2.5), math.FMA(2, 3, 4))
	fmt.Println(math.Float64bits(id(1.5)), math.Float32frombits(0x40490fdb), math.MaxFloat64, math.SmallestNonzeroFloat64)
	fmt.Println(math.Sin(1), math.Cos(1), math.Exp(1), math.Log(2), math.Pow(2, 0.5), math.Atan2(1, -1), math.Mod(7, -3), math.Hypot(3, 4))
	c := id(complex(1, 2))
	fmt.Println(c*c, c/complex(0, 1), real(c), imag(c), c == complex(1, 2), -c, c/complex(zero, 0))
	sum := 0.0
	for i := range 1000 {
		sum += 1 / float64(i+1)
	}
	fmt.Println(sum, float32(sum))
	a, b, d := id(1e308), id(10.0), id(-1e308)
	fmt.Println(a*b, a*b+d, float32(a), id(float32(16777216))+1)
}
