package runtime

import (
	"internal/strconv"
	"unsafe"
)

const (
	runeError = '�'
	maxRune   = '\U0010FFFF'
)

// decoderune decodes the rune of s that starts at byte k, which is not ASCII, and gives the position behind it. Bytes
// that are not UTF-8 (RFC 3629: no surrogates, no overlong forms) are U+FFFD each.
func decoderune(s string, k int) (r rune, pos int) {
	b0 := s[k]
	rest := s[k+1:]
	switch {
	case 0xc2 <= b0 && b0 < 0xe0:
		if len(rest) > 0 && cont(rest[0]) {
			return rune(b0&0x1f)<<6 | rune(rest[0]&0x3f), k + 2
		}
	case 0xe0 <= b0 && b0 < 0xf0:
		if len(rest) > 1 && cont(rest[0]) && cont(rest[1]) {
			r = rune(b0&0xf)<<12 | rune(rest[0]&0x3f)<<6 | rune(rest[1]&0x3f)
			if r >= 0x800 && (r < 0xd800 || 0xdfff < r) {
				return r, k + 3
			}
		}
	case 0xf0 <= b0 && b0 < 0xf5:
		if len(rest) > 2 && cont(rest[0]) && cont(rest[1]) && cont(rest[2]) {
			r = rune(b0&7)<<18 | rune(rest[0]&0x3f)<<12 | rune(rest[1]&0x3f)<<6 | rune(rest[2]&0x3f)
			if r >= 0x10000 && r <= maxRune {
				return r, k + 4
			}
		}
	}
	return runeError, k + 1
}

// cont reports whether b is a continuation byte of UTF-8.
func cont(b byte) bool { return b&0xc0 == 0x80 }

// countrunes is the number of runes in s.
func countrunes(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// memequal_varlen compares values whose size is in the closure it is called through, behind the code pointer.
func memequal_varlen(p, q unsafe.Pointer) bool {
	return memequal(p, q, *(*uintptr)(add(closureContext(), 8)))
}

// closureContext is the context of the calling function; the compiler expands it.
func closureContext() unsafe.Pointer

func printfloat64(f float64) {
	var buf [24]byte
	b := strconv.AppendFloat(buf[:0], f, 'g', -1, 64)
	print(string(tidyFloat(b)))
}

func printfloat32(f float32) {
	var buf [24]byte
	b := strconv.AppendFloat(buf[:0], float64(f), 'g', -1, 32)
	print(string(tidyFloat(b)))
}

// tidyFloat leaves the text as it is: print shows the shortest form.
func tidyFloat(b []byte) []byte { return b }

func printcomplex128(c complex128) {
	var buf [64]byte
	b := strconv.AppendComplex(buf[:0], c, 'g', -1, 128)
	print(string(b))
}

func printcomplex64(c complex64) {
	var buf [64]byte
	b := strconv.AppendComplex(buf[:0], complex128(c), 'g', -1, 64)
	print(string(b))
}

// complex128div divides as C99's Annex G recommends: infinities and zeros keep their meaning.
func complex128div(n, m complex128) complex128 {
	a, b := real(n), imag(n)
	c, d := real(m), imag(m)
	var e, f float64
	if fabs(c) >= fabs(d) {
		ratio := d / c
		denom := c + ratio*d
		e = (a + b*ratio) / denom
		f = (b - a*ratio) / denom
	} else {
		ratio := c / d
		denom := d + ratio*c
		e = (a*ratio + b) / denom
		f = (b*ratio - a) / denom
	}
	if e != e && f != f {
		switch {
		case c == 0 && d == 0 && (a == a || b == b):
			e = copysign(inf(), c) * a
			f = copysign(inf(), c) * b
		case (isinf(a) || isinf(b)) && finite(c) && finite(d):
			a, b = boxinf(a), boxinf(b)
			e = inf() * (a*c + b*d)
			f = inf() * (b*c - a*d)
		case (isinf(c) || isinf(d)) && finite(a) && finite(b):
			c, d = boxinf(c), boxinf(d)
			e = 0 * (a*c + b*d)
			f = 0 * (b*c - a*d)
		}
	}
	return complex(e, f)
}

func bits(f float64) uint64     { return *(*uint64)(unsafe.Pointer(&f)) }
func frombits(b uint64) float64 { return *(*float64)(unsafe.Pointer(&b)) }

func fabs(f float64) float64 { return frombits(bits(f) &^ (1 << 63)) }
func inf() float64           { return frombits(0x7ff << 52) }
func isinf(f float64) bool   { return bits(f)&^(1<<63) == 0x7ff<<52 }
func finite(f float64) bool  { return f-f == 0 }
func copysign(f, sign float64) float64 {
	return frombits(bits(f)&^(1<<63) | bits(sign)&(1<<63))
}

// boxinf is 1 for infinities and 0 for other numbers, with the sign of f.
func boxinf(f float64) float64 {
	if isinf(f) {
		return copysign(1, f)
	}
	return copysign(0, f)
}
