package p

type big struct {
	a, b, c, d, e int
	s string
}

type shape interface{ area() float64 }
type square struct{ side float64 }

func (s square) area() float64 { return s.side * s.side }

func box(x float64) shape   { return square{x} }
func call(s shape) float64  { return s.area() }
func bound(s square) func() float64 { return s.area }
func is(s shape) (square, bool) { q, ok := s.(square); return q, ok }
func mk(n int) *big         { return &big{a: n, s: "x"} }
func field(b *big, i int) string { return b.s[i:] }
func div(a, b int8) int8    { return a / b }
func shl(a uint32, n int) uint32 { return a << n }
func eq(a, b big) bool      { return a == b }
func conv(s []int) [2]int   { return [2]int(s) }
func Map[T, U any](s []T, f func(T) U) []U {
	var out []U
	for _, v := range s {
		out = append(out, f(v))
	}
	return out
}
func use(s []int) []string { return Map(s, func(i int) string { return string(rune(i)) }) }
