package runtime

import (
	"internal/abi"
	"internal/runtime/math"
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

//go:linkname reflect_ifaceE2I reflect.ifaceE2I
func reflect_ifaceE2I(inter *abi.Type, e eface, dst *iface) {
	dst.tab = assertE2I(inter, e.typ)
	dst.data = e.data
}

//go:linkname reflectlite_ifaceE2I internal/reflectlite.ifaceE2I
func reflectlite_ifaceE2I(inter *abi.Type, e eface, dst *iface) { reflect_ifaceE2I(inter, e, dst) }

// staticuint64s holds the integers below 256: the data words of interfaces with single-byte values point into it. The
// compiler fills it, in memory that cannot be written.
var staticuint64s [256]uint64

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
	size, tooLarge := math.MulUintptr(t.Size_, uintptr(n))
	if !tooLarge && size <= -uintptr(p) {
		return
	}
	if p == nil && n > 0 {
		panicunsafeslicenilptr()
	}
	panicunsafeslicelen()
}
