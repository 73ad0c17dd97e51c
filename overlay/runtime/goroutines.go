package runtime

import (
	"internal/abi"
	"internal/profilerecord"
	"unsafe"
)

// goroutineStacks asks for the stacks of all goroutines: for each its depth, its labels, and its return addresses. The words
// are pointers because labels are.
type goroutineStacks struct {
	words             *unsafe.Pointer
	room, count, used int
}

func goroutinestacks(r *goroutineStacks, leaked bool)

// GoroutineProfile gives the stacks of all goroutines, that of the caller first. Without enough room n is their number and
// ok is false.
func GoroutineProfile(p []StackRecord) (n int, ok bool) {
	records := make([]profilerecord.StackRecord, len(p))
	n, ok = pprof_goroutineProfileWithLabels(records, nil)
	if ok {
		for i, r := range records[:n] {
			c := callWriter{pcs: p[i].Stack0[:]}
			for _, pc := range r.Stack {
				c.add(pc)
			}
			clear(p[i].Stack0[c.n:])
		}
	}
	return n, ok
}

//go:linkname pprof_goroutineProfileWithLabels
func pprof_goroutineProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	if len(p) == 0 {
		return gcount(), false
	}
	return stacksOfGoroutines(p, labels, false)
}

//go:linkname pprof_goroutineLeakProfileWithLabels
func pprof_goroutineLeakProfileWithLabels(p []profilerecord.StackRecord, labels []unsafe.Pointer) (n int, ok bool) {
	return stacksOfGoroutines(p, labels, true)
}

// goroutineLeakGC collects, and finds goroutines that wait for what nobody can do any more.
//
//go:linkname goroutineLeakGC runtime/pprof.runtime_goroutineLeakGC
func goroutineLeakGC() { collect(gcLeaks) }

func stacksOfGoroutines(p []profilerecord.StackRecord, labels []unsafe.Pointer, leaked bool) (n int, ok bool) {
	room := 32*len(p) + 32
	for {
		words := make([]unsafe.Pointer, room)
		r := goroutineStacks{words: &words[0], room: room}
		goroutinestacks(&r, leaked)
		if r.count > len(p) {
			return r.count, false
		}
		if r.used > room {
			room = r.used + r.used/4
			continue
		}
		for i := range r.count {
			depth := int(uintptr(words[0]))
			if labels != nil {
				labels[i] = words[1]
			}
			p[i].Stack = make([]uintptr, depth, depth+1)
			for j := range depth {
				p[i].Stack[j] = uintptr(words[2+j])
			}
			p[i].Stack = append(p[i].Stack, abi.FuncPCABIInternal(goexit)+1)
			words = words[2+depth:]
		}
		return r.count, true
	}
}
