package runtime

import (
	"internal/abi"
	"unsafe"
)

// GC runs a collection and waits for its end.
func GC() { collect(gcForced) }

// Why a collection runs, as gcWait tells and gcBegin is told.
const (
	gcGrowth = iota
	gcForced
	gcPeriodic
	gcLeaks
)

// gcWait waits until a collection is due. The goroutine that calls it becomes one of the runtime's.
func gcWait() (kind uintptr)

// gcAcquire and gcRelease bracket a collection: there is one at a time.
func gcAcquire()
func gcRelease()

// gcBegin begins a collection with the world stopped and reports whether marking goes on while it runs.
func gcBegin(kind uintptr) bool

// gcMarkWait waits until there seems to be nothing left to mark.
func gcMarkWait()

// gcMarkDone ends marking with the world stopped; false if there is more to mark than should be done then.
func gcMarkDone(kind uintptr) bool

// gcSettle deals with a part of what dead objects leave behind and reports whether there may be more. Nothing is swept before
// all of it is done.
func gcSettle() (more bool)

// gcSweep sweeps a part of the heap and reports whether there may be more; gcSweepFinish waits for those who sweep.
func gcSweep() (more bool)
func gcSweepFinish()

// worldAcquire and worldRelease bracket a stopped world; only one goroutine at a time has it.
func worldAcquire()
func worldRelease()

// stopTheWorld stops all other goroutines, to begin a collection (0) or to end one (1). Until startTheWorld the caller must
// neither allocate nor block.
func stopTheWorld(why uintptr)

// startTheWorld lets them go on, with a number of processors if it is not 0.
func startTheWorld(procs uintptr)

// startCollector starts the goroutine that collects when it is due.
func startCollector() {
	goSystem(func() {
		for {
			collect(gcWait())
		}
	})
}

// collect is a whole collection. Pools are emptied while nothing else runs: their owners hold no locks.
func collect(kind uintptr) {
	gcAcquire()
	worldAcquire()
	stopTheWorld(0)
	if poolCleanup != nil {
		poolCleanup()
	}
	if gcBegin(kind) {
		for {
			startTheWorld(0)
			worldRelease()
			gcMarkWait()
			worldAcquire()
			stopTheWorld(1)
			if gcMarkDone(kind) {
				break
			}
		}
	}
	startTheWorld(0)
	worldRelease()
	for gcSettle() {
	}
	Gosched()
	for gcSweep() {
		Gosched()
	}
	gcSweepFinish()
	gcRelease()
	for _, f := range extraCleanups {
		f()
	}
}

var poolCleanup func()
var extraCleanups []func()

//go:linkname sync_runtime_registerPoolCleanup sync.runtime_registerPoolCleanup
func sync_runtime_registerPoolCleanup(f func()) { poolCleanup = f }

//go:linkname unique_runtime_registerUniqueMapCleanup unique.runtime_registerUniqueMapCleanup
func unique_runtime_registerUniqueMapCleanup(f func()) { extraCleanups = append(extraCleanups, f) }

func typedmemmove(t *abi.Type, dst, src unsafe.Pointer)

func mallocgc(size uintptr, t *abi.Type, zero bool) unsafe.Pointer
func newobject(t *abi.Type) unsafe.Pointer
func newarray(t *abi.Type, n int) unsafe.Pointer

// A Pinner keeps objects where they are; objects never move, so it only keeps them reachable.
type Pinner struct {
	refs []any
}

// Pin keeps the object that pointer points at reachable until Unpin.
func (p *Pinner) Pin(pointer any) {
	e := efaceOf(&pointer)
	if e.typ == nil {
		panic(errorString("runtime.Pinner: argument is nil"))
	}
	if k := abi.Kind(e.typ.Kind_); k != abi.Pointer && k != abi.UnsafePointer {
		panic(errorString("runtime.Pinner: argument is not a pointer: " + typeString(e.typ)))
	}
	p.refs = append(p.refs, pointer)
}

// Unpin releases all objects.
func (p *Pinner) Unpin() { p.refs = nil }

// A MemStats records statistics about the memory allocator.
type MemStats struct {
	Alloc, TotalAlloc, Sys, Lookups, Mallocs, Frees                                                  uint64
	HeapAlloc, HeapSys, HeapIdle, HeapInuse, HeapReleased, HeapObjects                               uint64
	StackInuse, StackSys, MSpanInuse, MSpanSys, MCacheInuse, MCacheSys, BuckHashSys, GCSys, OtherSys uint64
	NextGC, LastGC, PauseTotalNs                                                                     uint64
	PauseNs, PauseEnd                                                                                [256]uint64
	NumGC, NumForcedGC                                                                               uint32
	GCCPUFraction                                                                                    float64
	EnableGC, DebugGC                                                                                bool
	BySize                                                                                           [61]struct {
		Size           uint32
		Mallocs, Frees uint64
	}
}

// ReadMemStats fills m.
func ReadMemStats(m *MemStats) {
	*m = MemStats{}
	readmemstats(m)
	m.EnableGC = true
}

func readmemstats(m *MemStats)
