package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// Execution traces. The half in Rust writes events and cuts them into generations; here is who begins, ends and reads
// traces.

// Kinds of traceFlip.
const (
	traceStart = iota
	traceGoOn
	traceEnd
)

// What traceNext gives beside a part of the trace.
const (
	traceAgain = -iota
	traceRead
	traceEnded
	traceBusy
)

// traceFlip begins a trace, begins its next generation, or ends it.
func traceFlip(kind uintptr)

// traceRest writes a part of what remains of the generation that has ended, and reports whether there is more.
func traceRest() (more bool)

// tracePeriod is how long a generation lasts, in nanoseconds.
func tracePeriod() int64

// traceNext gives the next part of the trace, which stays as it is until the next call.
func traceNext() (p *byte, n int)

func semrelease(s *uint32)

// tracer is the state of the trace. The words are semaphores.
var tracer = struct {
	// turn is needed to begin, end and advance.
	turn uint32
	// read is given when a generation has been read to its end, ended when the trace has.
	read, ended uint32
	// begun is given when a trace begins, to who advances it.
	begun uint32
	// on changes by who has the turn.
	on atomic.Bool
	// advances says that the goroutine that advances is there.
	advances bool
}{turn: 1}

// StartTrace begins a trace, which ReadTrace gives.
func StartTrace() error {
	semacquire(&tracer.turn)
	if tracer.on.Load() {
		semrelease(&tracer.turn)
		return errorString("tracing is already enabled")
	}
	traceFlip(traceStart)
	tracer.on.Store(true)
	if !tracer.advances {
		tracer.advances = true
		goSystem(advanceTraces)
	}
	semrelease(&tracer.begun)
	semrelease(&tracer.turn)
	return nil
}

// StopTrace ends the trace, if there is one, and waits until it has been read.
func StopTrace() { traceAdvance(true) }

// advanceTraces begins a new generation of the trace from time to time.
func advanceTraces() {
	for {
		semacquire(&tracer.begun)
		for tracer.on.Load() {
			timeSleep(tracePeriod())
			traceAdvance(false)
		}
	}
}

// traceAdvance ends a generation and waits until it has been read.
//
//go:linkname traceAdvance
func traceAdvance(stopTrace bool) {
	semacquire(&tracer.turn)
	if tracer.on.Load() {
		kind := uintptr(traceGoOn)
		if stopTrace {
			kind = traceEnd
		}
		traceFlip(kind)
		for traceRest() {
		}
		semacquire(&tracer.read)
		if stopTrace {
			semacquire(&tracer.ended)
			tracer.on.Store(false)
		}
	}
	semrelease(&tracer.turn)
}

// ReadTrace gives the next part of the trace, and nil after its end. It waits while there is none. The part must not be used
// after the next call. Only one goroutine may read.
func ReadTrace() (buf []byte) {
	for {
		p, n := traceNext()
		switch n {
		case traceAgain:
		case traceRead:
			semrelease(&tracer.read)
		case traceEnded:
			if tracer.on.Load() {
				semrelease(&tracer.ended)
			}
			return nil
		case traceBusy:
			println("runtime: ReadTrace called from multiple goroutines simultaneously")
			return nil
		default:
			return unsafe.Slice(p, n)
		}
	}
}

//go:linkname traceClockUnitsPerSecond runtime/trace.runtime_traceClockUnitsPerSecond
func traceClockUnitsPerSecond() uint64 { return 1_000_000_000 }

//go:linkname traceClockNow
func traceClockNow() uint64 { return uint64(nanotime()) }
