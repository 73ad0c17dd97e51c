// Package runtime is the Go half of undergo's runtime: what calls user code, what can block more than once, and the
// public API. The other half is Rust; functions without body are its entries.
//
// Reading order: g.go, main.go, panic.go, error.go, defer.go, printpanic.go, iface.go, alg.go, map.go, string.go,
// symtab.go, extern.go, mem.go, afterlife.go, metrics.go, debug.go, pprof.go, sync.go, blocking.go, synctest.go, env.go,
// godebug.go.
package runtime

import "unsafe"

// g repeats the head of a goroutine object as the compiler and the Rust half know it (crate abi, GHead). The
// rest of the object is not visible here.
type g struct {
	guard       uintptr
	callCtx     uintptr
	callFrame   uintptr
	seg         uintptr
	ret0        uintptr
	ret1        uintptr
	ret2        uintptr
	pending     uint32
	pins        uint32
	barrier     uint32
	made        uint32
	barrierSave uintptr
	raiseCode   uintptr
	raiseA      uintptr
	raiseB      uintptr
	entrySP     uintptr
	entryBP     uintptr
	boundsI     uintptr
	boundsN     uintptr
	boundsCode  uintptr
	m           uintptr
	defers      *_defer
	panics      *_panic
	id          uint64
	labels      unsafe.Pointer
	bubble      *bubble
	flags       uintptr
}

// Bits of g.flags. The low byte is the FIPS 140 service indicator.
const (
	flagIndicator    = 0xff
	flagFipsBypass   = 1 << 8
	flagPanicOnFault = 1 << 9
)

// getg is the current goroutine; the compiler expands it.
func getg() *g

// getfp is the frame pointer of the calling function; the compiler expands it.
func getfp() uintptr

// goexit1 ends the current goroutine.
func goexit1()

// goSystem starts a goroutine of the runtime: it is not counted, hidden in traces, and no part of deadlocks.
func goSystem(f func())

// exit ends the process.
func exit(code int32)

// add is pointer arithmetic.
func add(p unsafe.Pointer, x uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + x) }

// noescape hides a pointer from escape analysis.
func noescape(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return unsafe.Pointer(x ^ 0)
}
