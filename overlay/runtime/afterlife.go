package runtime

import (
	"internal/abi"
	"internal/runtime/atomic"
	"unsafe"
)

// What kind of memory objectAt has found.
const (
	objectTiny     = 1 // shares its block with others
	objectVariable = 2 // not in the heap
)

// objectAt finds the object that contains p; base is 0 if p is not in the heap.
func objectAt(p unsafe.Pointer) (base, size, kind uintptr)

// pointerBits sets a byte of bits, one for each of the n words from p on, for each that is a pointer.
func pointerBits(p unsafe.Pointer, bits *byte, n uintptr)

// pointsInto reports whether the object at p holds a pointer to an address in [lo, hi).
func pointsInto(p unsafe.Pointer, lo, hi uintptr) bool

// A finalizer is a call that waits to be made: func is called with object, a pointer of type pointer that is converted
// to type parameter. Its results take at most resultBytes.
type finalizer struct {
	fn          unsafe.Pointer
	object      unsafe.Pointer
	parameter   *abi.Type
	pointer     *abi.Type
	resultBytes uintptr
}

func addfinalizer(p unsafe.Pointer, fn unsafe.Pointer, resultBytes uintptr, parameter, pointer *abi.Type) bool
func removefinalizer(p unsafe.Pointer)
func finalizerWait()
func nextFinalizer(*finalizer) bool

func addcleanup(p unsafe.Pointer, fn func(), calls unsafe.Pointer, typ *abi.Type) uint64
func removecleanup(p uintptr, id uint64)
func cleanupWait()
func nextCleanup() func()
func cleanupsDone() bool

// setSystemGoroutine and setUserGoroutine say whose code the goroutine is about to run.
func setSystemGoroutine()
func setUserGoroutine()

// SetFinalizer lets finalizer be called with obj some time after obj has become unreachable.
func SetFinalizer(obj any, finalizer any) {
	e := efaceOf(&obj)
	if e.typ == nil {
		throw("runtime.SetFinalizer: first argument is nil")
	}
	if e.typ.Kind() != abi.Pointer {
		throw("runtime.SetFinalizer: first argument is " + typeString(e.typ) + ", not pointer")
	}
	elem := (*abi.PtrType)(unsafe.Pointer(e.typ)).Elem
	base, _, kind := objectAt(e.data)
	if base == 0 {
		if kind == objectVariable {
			return
		}
		throw("runtime.SetFinalizer: pointer not in allocated block")
	}
	// Pointers into the block that tiny objects share are not all to its beginning.
	if uintptr(e.data) != base && (elem.Pointers() || elem.Size_ >= 16) {
		throw("runtime.SetFinalizer: pointer not at beginning of allocated block")
	}
	f := efaceOf(&finalizer)
	if f.typ == nil {
		removefinalizer(e.data)
		return
	}
	if f.typ.Kind() != abi.Func {
		throw("runtime.SetFinalizer: second argument is " + typeString(f.typ) + ", not a function")
	}
	ft := (*abi.FuncType)(unsafe.Pointer(f.typ))
	if ft.IsVariadic() {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e.typ) + " to finalizer " + typeString(f.typ) + " because dotdotdot")
	}
	if ft.InCount != 1 || !finalizerTakes(ft.InSlice()[0], e.typ, elem) {
		throw("runtime.SetFinalizer: cannot pass " + typeString(e.typ) + " to finalizer " + typeString(f.typ))
	}
	var size uintptr
	for _, t := range ft.OutSlice() {
		size += t.Size_ + 8
	}
	startFinalizers()
	if !addfinalizer(e.data, f.data, size, ft.InSlice()[0], e.typ) {
		throw("runtime.SetFinalizer: finalizer already set")
	}
}

// finalizerTakes reports whether a pointer of type ptr, to elem, can be passed as a parameter.
func finalizerTakes(parameter, ptr, elem *abi.Type) bool {
	switch parameter.Kind() {
	case abi.Pointer:
		if parameter == ptr {
			return true
		}
		unnamed := parameter.Uncommon() == nil || ptr.Uncommon() == nil
		return unnamed && (*abi.PtrType)(unsafe.Pointer(parameter)).Elem == elem
	case abi.Interface:
		if len((*abi.InterfaceType)(unsafe.Pointer(parameter)).Methods) == 0 {
			return true
		}
		return getitab(parameter, ptr) != nil
	}
	return parameter == ptr
}

var finalizersStarted, cleanupsStarted atomic.Uint32

func startFinalizers() {
	if finalizersStarted.Load() == 0 && finalizersStarted.CompareAndSwap(0, 1) {
		goSystem(runFinalizers)
	}
}

// runFinalizers is the goroutine that calls finalizers.
func runFinalizers() {
	setSystemGoroutine()
	for {
		for callFinalizer() {
		}
		finalizerWait()
	}
}

// callFinalizer makes one call. A function of its own, so that nothing of it stays on the stack while the goroutine waits.
//
//go:noinline
func callFinalizer() bool {
	var f finalizer
	if !nextFinalizer(&f) {
		return false
	}
	var regs abi.RegArgs
	regs.Ptrs[0] = f.object
	regs.Ints[0] = uintptr(f.object)
	if f.parameter.Kind() == abi.Interface {
		regs.Ints[1] = regs.Ints[0]
		regs.Ints[0] = uintptr(unsafe.Pointer(f.pointer))
		if len((*abi.InterfaceType)(unsafe.Pointer(f.parameter)).Methods) != 0 {
			regs.Ints[0] = uintptr(unsafe.Pointer(getitab(f.parameter, f.pointer)))
		}
	}
	size := uint32(f.resultBytes)
	results := unsafe.Pointer(&regs)
	if size != 0 {
		results = unsafe.Pointer(unsafe.SliceData(make([]byte, size)))
	}
	setUserGoroutine()
	reflectcall(nil, f.fn, results, size, size, size, &regs)
	// The registers may be an object, to which a word on some stack leads by chance: it must not keep ours alive.
	regs = abi.RegArgs{}
	f = finalizer{}
	setSystemGoroutine()
	return true
}

// reflectcall calls a function whose arguments are in registers and whose results may be in memory, which it does not
// copy back if the sizes are the same.
func reflectcall(t *abi.Type, fn, memory unsafe.Pointer, size, resultOffset, frameSize uint32, regs *abi.RegArgs)

// A Cleanup is a function to be called when an object has become unreachable.
type Cleanup struct {
	id  uint64
	ptr uintptr
}

// Stop cancels the cleanup unless it has been queued.
func (c Cleanup) Stop() {
	if c.id != 0 {
		removecleanup(c.ptr, c.id)
	}
}

// AddCleanup lets cleanup be called with arg some time after the object that ptr points into has become unreachable.
func AddCleanup[T, S any](ptr *T, cleanup func(S), arg S) Cleanup {
	ptr = abi.Escape(ptr)
	if ptr == nil {
		panic("runtime.AddCleanup: ptr is nil")
	}
	var argument unsafe.Pointer
	if k := abi.TypeFor[S]().Kind(); k == abi.Pointer || k == abi.UnsafePointer {
		argument = *(*unsafe.Pointer)(unsafe.Pointer(&arg))
	}
	f := *(*unsafe.Pointer)(unsafe.Pointer(&cleanup))
	if !cleanupAllowed(unsafe.Pointer(ptr), argument, f) {
		return Cleanup{}
	}
	startCleanups()
	id := addcleanup(unsafe.Pointer(ptr), boundCleanup(cleanup, arg), f, abi.TypeFor[T]())
	return Cleanup{id, uintptr(unsafe.Pointer(ptr))}
}

// boundCleanup is cleanup with its argument. Traces show nothing of it, as they would of a closure of AddCleanup.
func boundCleanup[S any](cleanup func(S), arg S) func() {
	return func() { cleanup(arg) }
}

// cleanupAllowed panics if the cleanup would keep its object alive, and reports false if the object cannot die.
func cleanupAllowed(ptr, arg, fn unsafe.Pointer) bool {
	if arg == ptr {
		panic("runtime.AddCleanup: ptr is equal to arg, cleanup will never run")
	}
	base, size, kind := objectAt(ptr)
	if base == 0 {
		if kind == objectVariable {
			return false
		}
		panic("runtime.AddCleanup: ptr not in allocated block")
	}
	if a := uintptr(arg); base <= a && a < base+size && kind != objectTiny {
		panic("runtime.AddCleanup: ptr is within arg, cleanup will never run")
	}
	if pointsInto(fn, base, base+size) {
		panic("runtime.AddCleanup: cleanup function closes over ptr, cleanup will never run")
	}
	return true
}

func startCleanups() {
	if cleanupsStarted.Load() == 0 && cleanupsStarted.CompareAndSwap(0, 1) {
		goSystem(runCleanups)
	}
}

// runCleanups is the goroutine that calls cleanups.
func runCleanups() {
	setSystemGoroutine()
	for {
		for callCleanup() {
		}
		cleanupWait()
	}
}

//go:noinline
func callCleanup() bool {
	f := nextCleanup()
	if f == nil {
		return false
	}
	setUserGoroutine()
	f()
	setSystemGoroutine()
	return true
}

// awaitCleanups waits until all cleanups that are queued have been called; false if that takes longer than timeout
// nanoseconds.
func awaitCleanups(timeout int64) bool {
	for start := nanotime(); nanotime()-start < timeout; Gosched() {
		if cleanupsDone() {
			return true
		}
	}
	return false
}

// Tests of the standard library see the collector through these.

//go:linkname awaitCleanupsForUnique unique.runtime_blockUntilEmptyCleanupQueue
func awaitCleanupsForUnique(timeout int64) bool { return awaitCleanups(timeout) }

//go:linkname awaitCleanupsForSync sync_test.runtime_blockUntilEmptyCleanupQueue
func awaitCleanupsForSync(timeout int64) bool { return awaitCleanups(timeout) }

// pointerBitsOf has a byte for each word of the object that the pointer x points at, 1 if the word is a pointer, up to
// the last one that is. It is empty for what is not in the heap.
//
//go:linkname pointerBitsOf reflect.gcbits
func pointerBitsOf(x any) []byte {
	p := efaceOf(&x).data
	base, size, _ := objectAt(p)
	if base == 0 {
		return nil
	}
	bits := make([]byte, (base+size-uintptr(p))/8)
	pointerBits(p, unsafe.SliceData(bits), uintptr(len(bits)))
	n := len(bits)
	for n > 0 && bits[n-1] == 0 {
		n--
	}
	return bits[:n]
}
