package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

//go:linkname sync_runtime_procPin sync.runtime_procPin
func sync_runtime_procPin() int { return procPin() }

//go:linkname sync_runtime_procUnpin sync.runtime_procUnpin
func sync_runtime_procUnpin() { procUnpin() }

//go:linkname sync_atomic_runtime_procPin sync/atomic.runtime_procPin
func sync_atomic_runtime_procPin() int { return procPin() }

//go:linkname sync_atomic_runtime_procUnpin sync/atomic.runtime_procUnpin
func sync_atomic_runtime_procUnpin() { procUnpin() }

// procPin keeps the goroutine on its P and gives the P's index.
//
//go:linkname procPin
func procPin() int

//go:linkname procUnpin
func procUnpin()

//go:linkname atomic_storePointer internal/runtime/atomic.storePointer
func atomic_storePointer(ptr *unsafe.Pointer, new unsafe.Pointer) {
	atomic.StorepNoWB(unsafe.Pointer(ptr), new)
}

//go:linkname atomic_casPointer internal/runtime/atomic.casPointer
func atomic_casPointer(ptr *unsafe.Pointer, old, new unsafe.Pointer) bool {
	return atomic.Casp1(ptr, old, new)
}

// The two are functions of Go because traces of what they may end with show them.
//
//go:linkname sync_runtime_notifyListNotifyAll sync.runtime_notifyListNotifyAll
func sync_runtime_notifyListNotifyAll(l unsafe.Pointer) { notifyListNotifyAll(l) }

//go:linkname sync_runtime_notifyListNotifyOne sync.runtime_notifyListNotifyOne
func sync_runtime_notifyListNotifyOne(l unsafe.Pointer) { notifyListNotifyOne(l) }

func notifyListNotifyAll(l unsafe.Pointer)
func notifyListNotifyOne(l unsafe.Pointer)

//go:linkname sync_runtime_notifyListCheck sync.runtime_notifyListCheck
func sync_runtime_notifyListCheck(size uintptr) {}

// FIPS 140 bookkeeping is per goroutine.

//go:linkname fips_getIndicator crypto/internal/fips140.getIndicator
func fips_getIndicator() uint8 { return uint8(getg().flags & flagIndicator) }

//go:linkname fips_setIndicator crypto/internal/fips140.setIndicator
func fips_setIndicator(v uint8) {
	gp := getg()
	gp.flags = gp.flags&^flagIndicator | uintptr(v)
}

//go:linkname fips140_setBypass crypto/fips140.setBypass
func fips140_setBypass() { getg().flags |= flagFipsBypass }

//go:linkname fips140_isBypassed crypto/fips140.isBypassed
func fips140_isBypassed() bool { return getg().flags&flagFipsBypass != 0 }

//go:linkname fips140_unsetBypass crypto/fips140.unsetBypass
func fips140_unsetBypass() { getg().flags &^= flagFipsBypass }

//go:linkname fips140deps_monoTime crypto/internal/fips140deps/time.monoTime
func fips140deps_monoTime() int64 { return nanotime() }

//go:linkname dit_setEnabled crypto/subtle.setDITEnabled
func dit_setEnabled() bool { return false }

//go:linkname dit_setDisabled crypto/subtle.setDITDisabled
func dit_setDisabled() {}
