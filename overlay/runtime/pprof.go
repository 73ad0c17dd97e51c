package runtime

import (
	"internal/profilerecord"
	"internal/runtime/atomic"
	"unsafe"
)

// A StackRecord is an execution stack.
type StackRecord struct {
	Stack0 [32]uintptr
}

// Stack is the stack without trailing zeros.
func (r *StackRecord) Stack() []uintptr { return untilZero(r.Stack0[:]) }

func untilZero(s []uintptr) []uintptr {
	for i, pc := range s {
		if pc == 0 {
			return s[:i]
		}
	}
	return s
}

// ThreadCreateProfile gives no records.
func ThreadCreateProfile(p []StackRecord) (n int, ok bool) { return 0, true }

// cpuProfile is what the half in Rust does not know of the CPU profile.
var cpuProfile struct {
	on atomic.Uint32
	// ended says that nothing is added any more.
	ended atomic.Uint32
}

// setcpuprofilerate begins a profile with so many samples a second, or ends it with 0. Addresses in system and gc stand
// for code that is not Go.
func setcpuprofilerate(hz uint, system, gc uintptr)

// readcpuprofile takes records, and n gets the number of words and that of tags.
func readcpuprofile(data *uint64, words int, tags *unsafe.Pointer, records int, n *[2]int)

// What profiles name where the runtime itself works: nobody calls these.

//go:noinline
func _System() { _System() }

//go:noinline
func _GC() { _GC() }

func pcOf(f func()) uintptr { return **(**uintptr)(unsafe.Pointer(&f)) }

// SetCPUProfileRate begins a profile with hz samples a second of processor time, or ends it with 0.
func SetCPUProfileRate(hz int) {
	rate := uint(min(max(hz, 0), 1000000))
	if rate == 0 {
		if cpuProfile.on.CompareAndSwap(1, 0) {
			setcpuprofilerate(0, 0, 0)
			cpuProfile.ended.Store(1)
		}
		return
	}
	if !cpuProfile.on.CompareAndSwap(0, 1) {
		print("runtime: cannot set CPU profile rate until previous profile has finished.\n")
		return
	}
	cpuProfile.ended.Store(0)
	setcpuprofilerate(rate, pcOf(_System), pcOf(_GC))
}

// CPUProfile is no longer supported, as in Go.
func CPUProfile() []byte { panic("CPUProfile no longer available") }

//go:linkname runtime_setProfLabel runtime/pprof.runtime_setProfLabel
func runtime_setProfLabel(labels unsafe.Pointer) { getg().labels = labels }

//go:linkname runtime_getProfLabel runtime/pprof.runtime_getProfLabel
func runtime_getProfLabel() unsafe.Pointer { return getg().labels }

//go:linkname timeSleep time.Sleep
func timeSleep(ns int64)

// runtime_pprof_readProfile waits for records of the CPU profile; eof says that no more will come.
//
//go:linkname runtime_pprof_readProfile runtime/pprof.readProfile
func runtime_pprof_readProfile() (data []uint64, tags []unsafe.Pointer, eof bool) {
	const pause = 100_000_000
	data, tags = make([]uint64, 1<<14), make([]unsafe.Pointer, 1<<10)
	for {
		ended := cpuProfile.ended.Load() != 0
		var n [2]int
		readcpuprofile(&data[0], len(data), &tags[0], len(tags), &n)
		if n[0] > 0 || ended {
			return data[:n[0]], tags[:n[1]], n[0] == 0
		}
		timeSleep(pause)
	}
}

//go:linkname pprof_cyclesPerSecond runtime/pprof.runtime_cyclesPerSecond
func pprof_cyclesPerSecond() int64 { return 1_000_000_000 }

//go:linkname pprof_threadCreateInternal
func pprof_threadCreateInternal(p []profilerecord.StackRecord) (n int, ok bool) { return 0, true }

//go:linkname pprof_fpunwindExpand
func pprof_fpunwindExpand(dst, src []uintptr) int { return copy(dst, src) }

//go:linkname pprof_makeProfStack
func pprof_makeProfStack() []uintptr { return make([]uintptr, 128) }
