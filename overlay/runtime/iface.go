package runtime

import (
	"internal/abi"
	"unsafe"
)

type eface struct {
	typ  *abi.Type
	data unsafe.Pointer
}

type iface struct {
	tab  *abi.ITab
	data unsafe.Pointer
}

func efaceOf(p *any) *eface { return (*eface)(unsafe.Pointer(p)) }

// getitab finds or makes the itab, or gives nil if typ lacks a method.
func getitab(inter, typ *abi.Type) *abi.ITab

// missingMethod is the name of the first method of inter that typ lacks.
func missingMethod(inter, typ *abi.Type) (name *byte, n int)

func assertE2I(inter, typ *abi.Type) *abi.ITab {
	if typ == nil {
		panic(&TypeAssertionError{nil, nil, inter, ""})
	}
	tab := getitab(inter, typ)
	if tab == nil {
		p, n := missingMethod(inter, typ)
		panic(&TypeAssertionError{nil, typ, inter, unsafe.String(p, n)})
	}
	return tab
}

func assertE2I2(inter, typ *abi.Type) *abi.ITab {
	if typ == nil {
		return nil
	}
	return getitab(inter, typ)
}

func panicdottypeE(have, want, iface *abi.Type) {
	panic(&TypeAssertionError{iface, have, want, ""})
}

func panicdottypeI(have *abi.ITab, want, iface *abi.Type) {
	var t *abi.Type
	if have != nil {
		t = have.Type
	}
	panicdottypeE(t, want, iface)
}

func panicnildottype(want *abi.Type) {
	panic(&TypeAssertionError{nil, nil, want, ""})
}

func direct(t *abi.Type) bool { return t.TFlag&abi.TFlagDirectIface != 0 }

// efaceeq compares two values of type t in interfaces.
func efaceeq(t *abi.Type, x, y unsafe.Pointer) bool {
	if t == nil {
		return true
	}
	eq := t.Equal
	if eq == nil {
		panic(errorString("comparing uncomparable type " + typeString(t)))
	}
	if direct(t) {
		return x == y
	}
	return x == y && alwaysEqualsItself(t) || eq(x, y)
}

// alwaysEqualsItself reports whether a value at one address cannot differ from itself, as NaN does, nor panic.
func alwaysEqualsItself(t *abi.Type) bool { return t.TFlag&abi.TFlagRegularMemory != 0 }

func ifaceeq(tab *abi.ITab, x, y unsafe.Pointer) bool {
	if tab == nil {
		return true
	}
	return efaceeq(tab.Type, x, y)
}

// comparesSafely reports whether comparing two values of the type cannot panic.
func comparesSafely(t *abi.Type) bool {
	switch abi.Kind(t.Kind_) {
	case abi.Interface:
		return false
	case abi.Array:
		return comparesSafely((*abi.ArrayType)(unsafe.Pointer(t)).Elem)
	case abi.Struct:
		for _, f := range (*abi.StructType)(unsafe.Pointer(t)).Fields {
			if !comparesSafely(f.Typ) {
				return false
			}
		}
	}
	return true
}

//go:linkname reflect_ifaceE2I reflect.ifaceE2I
func reflect_ifaceE2I(inter *abi.Type, e eface, dst *iface) {
	dst.tab = assertE2I(inter, e.typ)
	dst.data = e.data
}

//go:linkname reflectlite_ifaceE2I internal/reflectlite.ifaceE2I
func reflectlite_ifaceE2I(inter *abi.Type, e eface, dst *iface) { reflect_ifaceE2I(inter, e, dst) }

// staticuint64s holds the small integers: the data words of interfaces with single-byte values point into it.
var staticuint64s = [...]uint64{
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
	32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
	64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94, 95,
	96, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
	128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159,
	160, 161, 162, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191,
	192, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223,
	224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239, 240, 241, 242, 243, 244, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255,
}

//go:linkname getStaticuint64s
func getStaticuint64s() *[256]uint64 { return &staticuint64s }

// zeroVal is what missing map elements point at.
//
//go:linkname zeroVal
var zeroVal [abi.ZeroValSize]byte

//go:linkname reflect_unsafeslice reflect.unsafeslice
func reflect_unsafeslice(t *abi.Type, p unsafe.Pointer, n int) {
	if n < 0 {
		panicunsafeslicelen()
	}
	if t.Size_ != 0 && uintptr(n) > (1<<48)/t.Size_ {
		panicunsafeslicelen()
	}
	if p == nil && n > 0 {
		panicunsafeslicenilptr()
	}
}
