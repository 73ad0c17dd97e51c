package runtime

import (
	"internal/abi"
	"internal/profilerecord"
	_ "unsafe" // for linkname
)

// Profiles of allocations, of blocking and of mutexes. What is counted, and how, is the business of the half in Rust.

// MemProfileRate is the mean number of bytes between sampled allocations. Programs that never ask for the profile have no
// samples.
var MemProfileRate int = 512 * 1024

// Kinds of profilerecords.
const (
	profileHeap = iota
	profileBlock
	profileMutex
)

// profilerecords writes for each stack two counts, the length of its key, and the key, and returns the numbers of records and
// of words that there are, even if there is no room.
func profilerecords(kind uintptr, words *uint64, room int) (records, used int)
func setblockrate(ns int64)
func setmutexfraction(n int64) int64

// A profileRecord is a stack with two counts. For allocations the first word of the key is the size.
type profileRecord struct {
	counts [2]int64
	key    []uint64
}

// stack is the part of the key from index first on, and goexit, as Callers has it.
func (r *profileRecord) stack(first int) []uintptr {
	pcs := make([]uintptr, len(r.key)-first, len(r.key)-first+1)
	for i := range pcs {
		pcs[i] = uintptr(r.key[first+i])
	}
	return append(pcs, abi.FuncPCABIInternal(goexit)+1)
}

// calls fills pcs with the stack from index first of the key on, as Callers would.
func (r *profileRecord) calls(pcs []uintptr, first int) {
	c := callWriter{pcs: pcs}
	for _, pc := range r.stack(first) {
		c.add(pc)
	}
}

// profileRecords gives the records of a profile.
func profileRecords(kind uintptr) []profileRecord {
	for room := 1 << 10; ; {
		words := make([]uint64, room)
		n, used := profilerecords(kind, &words[0], room)
		if used > room {
			room = used + used/4
			continue
		}
		records := make([]profileRecord, n)
		for i := range records {
			end := 3 + int(words[2])
			records[i] = profileRecord{[2]int64{int64(words[0]), int64(words[1])}, words[3:end]}
			words = words[end:]
		}
		return records
	}
}

// A MemProfileRecord counts allocations of one stack.
type MemProfileRecord struct {
	AllocBytes, FreeBytes     int64
	AllocObjects, FreeObjects int64
	Stack0                    [32]uintptr
}

// InUseBytes is the difference of allocated and freed bytes.
func (r *MemProfileRecord) InUseBytes() int64 { return r.AllocBytes - r.FreeBytes }

// InUseObjects is the difference of allocated and freed objects.
func (r *MemProfileRecord) InUseObjects() int64 { return r.AllocObjects - r.FreeObjects }

// Stack is the stack without trailing zeros.
func (r *MemProfileRecord) Stack() []uintptr { return untilZero(r.Stack0[:]) }

// memProfile gives the sampled allocations, those of which nothing is in use only if inuseZero. That a program has this
// function means that it can ask for the profile.
func memProfile(inuseZero bool) []profileRecord {
	if MemProfileRate < 0 {
		return nil
	}
	records := profileRecords(profileHeap)
	n := 0
	for _, r := range records {
		if inuseZero || r.counts[0] != r.counts[1] {
			records[n] = r
			n++
		}
	}
	return records[:n]
}

// MemProfile gives the sampled allocations and what of them has been freed, as records[:n]; ok says that there was room.
func MemProfile(p []MemProfileRecord, inuseZero bool) (n int, ok bool) {
	records := memProfile(inuseZero)
	if len(records) > len(p) {
		return len(records), false
	}
	for i, r := range records {
		size := int64(r.key[0])
		p[i] = MemProfileRecord{r.counts[0] * size, r.counts[1] * size, r.counts[0], r.counts[1], [32]uintptr{}}
		r.calls(p[i].Stack0[:], 1)
	}
	return len(records), true
}

//go:linkname pprof_memProfileInternal
func pprof_memProfileInternal(p []profilerecord.MemProfileRecord, inuseZero bool) (n int, ok bool) {
	records := memProfile(inuseZero)
	if len(records) > len(p) {
		return len(records), false
	}
	for i, r := range records {
		p[i] = profilerecord.MemProfileRecord{
			ObjectSize:   int64(r.key[0]),
			AllocObjects: r.counts[0],
			FreeObjects:  r.counts[1],
			Stack:        r.stack(1),
		}
	}
	return len(records), true
}

// A BlockProfileRecord counts blocking events of one stack.
type BlockProfileRecord struct {
	Count  int64
	Cycles int64
	StackRecord
}

// SetBlockProfileRate says how long goroutines block, in nanoseconds, for every one sampled; 0 is off.
func SetBlockProfileRate(rate int) { setblockrate(int64(rate)) }

// SetMutexProfileFraction has one of so many contended mutexes sampled, 0 none. It gives the number before, also for a negative
// argument, which changes nothing.
func SetMutexProfileFraction(rate int) int { return int(setmutexfraction(int64(rate))) }

// BlockProfile gives where goroutines have waited, and for how many nanoseconds.
func BlockProfile(p []BlockProfileRecord) (n int, ok bool) { return waits(profileBlock, p) }

// MutexProfile gives what has made goroutines wait for mutexes, and for how many nanoseconds.
func MutexProfile(p []BlockProfileRecord) (n int, ok bool) { return waits(profileMutex, p) }

func waits(kind uintptr, p []BlockProfileRecord) (n int, ok bool) {
	records := profileRecords(kind)
	if len(records) > len(p) {
		return len(records), false
	}
	for i, r := range records {
		p[i] = BlockProfileRecord{Count: r.counts[0], Cycles: r.counts[1]}
		r.calls(p[i].Stack0[:], 0)
	}
	return len(records), true
}

//go:linkname pprof_blockProfileInternal
func pprof_blockProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return waitRecords(profileBlock, p)
}

//go:linkname pprof_mutexProfileInternal
func pprof_mutexProfileInternal(p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	return waitRecords(profileMutex, p)
}

func waitRecords(kind uintptr, p []profilerecord.BlockProfileRecord) (n int, ok bool) {
	records := profileRecords(kind)
	if len(records) > len(p) {
		return len(records), false
	}
	for i, r := range records {
		p[i] = profilerecord.BlockProfileRecord{Count: r.counts[0], Cycles: r.counts[1], Stack: r.stack(0)}
	}
	return len(records), true
}
