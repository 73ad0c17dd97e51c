package runtime

import (
	"internal/abi"
	"unsafe"
)

// Error identifies a run time error.
type Error interface {
	error

	// RuntimeError is a no-op that tells run time errors from other errors.
	RuntimeError()
}

// A TypeAssertionError explains a failed type assertion.
type TypeAssertionError struct {
	_interface    *abi.Type
	concrete      *abi.Type
	asserted      *abi.Type
	missingMethod string
}

// RuntimeError implements [Error].
func (*TypeAssertionError) RuntimeError() {}

func (e *TypeAssertionError) Error() string {
	inter := "interface"
	if e._interface != nil {
		inter = typeString(e._interface)
	}
	as := typeString(e.asserted)
	if e.concrete == nil {
		return "interface conversion: " + inter + " is nil, not " + as
	}
	cs := typeString(e.concrete)
	if e.missingMethod != "" {
		return "interface conversion: " + cs + " is not " + as + ": missing method " + e.missingMethod
	}
	msg := "interface conversion: " + inter + " is " + cs + ", not " + as
	if cs == as {
		if typePkgPath(e.concrete) != typePkgPath(e.asserted) {
			msg += " (types from different packages)"
		} else {
			msg += " (types from different scopes)"
		}
	}
	return msg
}

// An errorString is a run time error with the usual prefix.
type errorString string

func (e errorString) RuntimeError() {}
func (e errorString) Error() string { return "runtime error: " + string(e) }

// An errorAddressString is a memory fault at a known address.
type errorAddressString struct {
	msg  string
	addr uintptr
}

func (e errorAddressString) RuntimeError() {}
func (e errorAddressString) Error() string { return "runtime error: " + e.msg }

// Addr is the address of the fault.
func (e errorAddressString) Addr() uintptr { return e.addr }

// A plainError is a run time error without prefix.
type plainError string

func (e plainError) RuntimeError() {}
func (e plainError) Error() string { return string(e) }

// A PanicNilError is the value of panic(nil).
type PanicNilError struct {
	_ [0]func()
}

func (*PanicNilError) Error() string { return "runtime error: panic called with nil argument" }

// RuntimeError implements [Error].
func (*PanicNilError) RuntimeError() {}

var (
	divideError   = error(errorString("integer divide by zero"))
	overflowError = error(errorString("integer overflow"))
	shiftError    = error(errorString("negative shift amount"))
	floatError    = error(errorString("floating point error"))
	memoryError   = error(errorString("invalid memory address or nil pointer dereference"))

	rangeDoneError         = error(errorString("range function continued iteration after function for loop body returned false"))
	rangePanicError        = error(errorString("range function continued iteration after loop body panic"))
	rangeExhaustedError    = error(errorString("range function continued iteration after whole loop exit"))
	rangeMissingPanicError = error(errorString("range function recovered a loop body panic and did not resume panicking"))
)

//go:linkname maps_errNilAssign internal/runtime/maps.errNilAssign
var maps_errNilAssign error

func initErrors() {
	maps_errNilAssign = plainError("assignment to entry in nil map")
}

// A boundsError is a failed bounds check; the codes are those of crate abi.
type boundsError struct {
	x      int64
	y      int64
	signed bool
	code   uint8
}

func (e boundsError) RuntimeError() {}

func (e boundsError) Error() string {
	x := utoa(uint64(e.x))
	negative := e.signed && e.x < 0
	if negative {
		x = "-" + utoa(-uint64(e.x))
	}
	y := utoa(uint64(e.y))
	const prefix = "runtime error: slice bounds out of range ["
	switch e.code {
	case 0:
		if negative {
			return "runtime error: index out of range [" + x + "]"
		}
		return "runtime error: index out of range [" + x + "] with length " + y
	case 2, 4:
		if negative {
			return prefix + ":" + x + "]"
		}
		return prefix + ":" + x + "] with " + capacityOrLength(e.code == 4) + " " + y
	case 6:
		if negative {
			return prefix + x + ":]"
		}
		return prefix + x + ":" + y + "]"
	case 8, 10:
		if negative {
			return prefix + "::" + x + "]"
		}
		return prefix + "::" + x + "] with " + capacityOrLength(e.code == 10) + " " + y
	case 12:
		if negative {
			return prefix + ":" + x + ":]"
		}
		return prefix + ":" + x + ":" + y + "]"
	case 14:
		if negative {
			return prefix + x + "::]"
		}
		return prefix + x + ":" + y + ":]"
	}
	return "runtime error: cannot convert slice with length " + x + " to array or pointer to array with length " + y
}

func capacityOrLength(capacity bool) string {
	if capacity {
		return "capacity"
	}
	return "length"
}

// utoa is the decimal form of a number.
func utoa(n uint64) string {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte('0' + n%10)
		n /= 10
		if n == 0 {
			return string(buf[i:])
		}
	}
}

// hex prints in hexadecimal.
type hex uint64

// typeString is the type's name as Go programs see it.
func typeString(t *abi.Type) string {
	s := nameString(nameOf(t.Str))
	if t.TFlag&abi.TFlagExtraStar != 0 {
		return s[1:]
	}
	return s
}

//go:linkname maps_typeString internal/runtime/maps.typeString
func maps_typeString(t *abi.Type) string { return typeString(t) }

// nameOf is the name at an offset: its address, or a number that reflect was given for one.
func nameOf(offset abi.NameOff) unsafe.Pointer {
	if offset >= 0 {
		return unsafe.Pointer(uintptr(offset))
	}
	return resolveNameOff(nil, int32(offset))
}

// resolveNameOff is the same; the Rust half knows what reflect was given.
func resolveNameOff(base unsafe.Pointer, offset int32) unsafe.Pointer

func nameString(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := abi.Name{Bytes: (*byte)(p)}
	return n.Name()
}

// typePkgPath is the import path of the package of a defined type, or of what is not exported of a struct or an
// interface.
func typePkgPath(t *abi.Type) string {
	if u := t.Uncommon(); u != nil {
		return nameString(nameOf(u.PkgPath))
	}
	switch abi.Kind(t.Kind_) {
	case abi.Struct:
		return nameString(unsafe.Pointer((*abi.StructType)(unsafe.Pointer(t)).PkgPath.Bytes))
	case abi.Interface:
		return nameString(unsafe.Pointer((*abi.InterfaceType)(unsafe.Pointer(t)).PkgPath.Bytes))
	}
	return ""
}
