package p

type buf struct{ b []byte }

// Only the length is written where the slice stays.
func (x *buf) put(c byte) { x.b = append(x.b, c) }
func (x *buf) reset()     { x.b = x.b[:0] }

func other(a, b []byte) []byte {
	a = append(b, a...)
	return a
}
