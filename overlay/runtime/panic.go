package runtime

import (
	"internal/runtime/atomic"
	"unsafe"
)

// A _panic is a panic or Goexit under way. Deferred calls are made by the function whose frame is fp; recover knows
// by it whether it was called directly by a deferred function.
type _panic struct {
	arg  any
	link *_panic
	fp   uintptr
	// mark is the rest of the list of deferred calls while one of them runs. A later panic that gets down to it
	// has taken over: this one is aborted.
	mark      *_defer
	recovered bool
	aborted   bool
	goexit    bool
	// repanicked: a later panic has the very same value; found when they are printed.
	repanicked bool
	// sig describes the signal that caused it.
	sig, sigcode, sigaddr, sigpc uintptr
}

// runningPanics counts the panics under way, of all goroutines.
var runningPanics atomic.Int32

// recovery resumes the activation with frame fp at its landing pad. pc is any address in its function.
func recovery(fp uintptr, pc uintptr)

// callerflags gives the function flags (abi pctab) of the caller of the function with frame fp, which may have moved to
// another segment of the stack.
func callerflags(fp uintptr) uintptr

const flagWrapper = 1

func gopanic(e any) {
	if e == nil {
		if panicnil {
			panicNilCount()
		} else {
			e = new(PanicNilError)
		}
	}
	gp := getg()
	p := &_panic{arg: e, link: gp.panics}
	runningPanics.Add(1)
	takeSignal(gp, p)
	gp.panics = p
	p.fp = getfp()
	for {
		d := nextDefer(gp, p)
		if d == nil {
			break
		}
		fn, fp, pc := d.fn, d.fp, d.pc
		d.fn = nil
		fn()
		if p.recovered {
			finishRecovery(gp, p, fp, pc)
		}
	}
	fatalpanic(p)
}

// nextDefer takes the newest deferred call off the list and aborts the panics that it was left to.
func nextDefer(gp *g, p *_panic) *_defer {
	for {
		d := gp.defers
		if d == nil {
			return nil
		}
		for q := p.link; q != nil; q = q.link {
			if q.mark == d {
				q.aborted = true
			}
		}
		if d.rangefunc {
			for q := p.link; q != nil; q = q.link {
				if q.mark == d {
					q.mark = nil
				}
			}
			spliceRangefunc(gp, d)
			continue
		}
		gp.defers = d.link
		p.mark = d.link
		return d
	}
}

// finishRecovery drops p and the panics it had taken over from, and returns from the function with frame fp, unless a
// Goexit was among them: that goes on.
func finishRecovery(gp *g, p *_panic, fp, pc uintptr) {
	goexit := false
	runningPanics.Add(-1)
	q := p.link
	for q != nil && q.aborted {
		if q.goexit {
			goexit = true
		} else {
			runningPanics.Add(-1)
		}
		q = q.link
	}
	gp.panics = q
	if goexit {
		Goexit()
	}
	recovery(fp, pc)
}

// Goexit runs all deferred calls and ends the goroutine.
func Goexit() {
	gp := getg()
	p := &_panic{link: gp.panics, goexit: true}
	gp.panics = p
	p.fp = getfp()
	for {
		d := nextDefer(gp, p)
		if d == nil {
			break
		}
		fn := d.fn
		d.fn = nil
		fn()
	}
	goexit1()
}

// gorecover is recover called by the function with frame fp. It takes effect only if that function was called by
// the one that makes deferred calls, wrappers left out.
func gorecover(fp uintptr) any {
	gp := getg()
	p := gp.panics
	if p == nil || p.goexit || p.recovered {
		return nil
	}
	for {
		parent := *(*uintptr)(unsafe.Pointer(fp))
		if parent == p.fp {
			break
		}
		if callerflags(fp)&flagWrapper == 0 {
			return nil
		}
		fp = parent
	}
	p.recovered = true
	return p.arg
}

// raise panics for the Rust half; the codes are those of crate abi.
func raise(code, a, b uintptr) {
	switch code {
	case 1:
		panic(errorString("makeslice: len out of range"))
	case 2:
		panic(errorString("makeslice: cap out of range"))
	case 3:
		panic(errorString("growslice: len out of range"))
	case 4:
		panic(plainError("makechan: size out of range"))
	case 5:
		panic(plainError("send on closed channel"))
	case 6:
		panic(plainError("close of closed channel"))
	case 7:
		panic(plainError("close of nil channel"))
	case 8:
		panic(plainError("runtime: allocation size out of range"))
	case 9:
		panic(plainError(unsafe.String((*byte)(unsafe.Pointer(a)), int(b))))
	case 10:
		panicmem(a)
	case 11:
		panicdivide()
	case 12:
		panic(overflowError)
	case 13:
		panic(floatError)
	case 14:
		fatal(unsafe.String((*byte)(unsafe.Pointer(a)), int(b)))
	}
	throw("raise: unknown code")
}

// sigpanic runs as if called by the instruction that faulted.
func sigpanic() {
	gp := getg()
	code, a := gp.raiseCode, gp.raiseA
	switch code {
	case 10:
		if a >= 4096 && gp.flags&flagPanicOnFault == 0 {
			faultAddress(a)
			throw("fault")
		}
		panicmem(a)
	case 11:
		panicdivide()
	case 12:
		panic(overflowError)
	}
	panic(floatError)
}

// faultAddress prints where an unexpected fault happened.
func faultAddress(a uintptr) {
	if inArena(a) {
		print("accessed data from freed user arena ", hex(a), "\n")
		return
	}
	print("unexpected fault address ", hex(a), "\n")
}

func panicmem(addr uintptr) {
	if addr < 4096 {
		panic(memoryError)
	}
	panic(errorAddressString{msg: "invalid memory address or nil pointer dereference", addr: addr})
}

// takeSignal moves the description of the signal that raised a panic from g to the panic.
func takeSignal(gp *g, p *_panic) {
	p.sig = signalOfPanic(&p.sigcode, &p.sigaddr, &p.sigpc)
}

// signalOfPanic gives, once, the signal number behind the current panic, 0 for none.
func signalOfPanic(code, addr, pc *uintptr) uintptr

func panicBounds() {
	gp := getg()
	code := gp.boundsCode
	panic(boundsError{x: int64(gp.boundsI), y: int64(gp.boundsN), signed: code&1 == 0, code: uint8(code &^ 1)})
}

func panicdivide()   { panic(divideError) }
func panicshift()    { panic(shiftError) }
func panicoverflow() { panic(overflowError) }

func panicunsafeslicelen()     { panic(errorString("unsafe.Slice: len out of range")) }
func panicunsafeslicenilptr()  { panic(errorString("unsafe.Slice: ptr is nil and len is not zero")) }
func panicunsafestringlen()    { panic(errorString("unsafe.String: len out of range")) }
func panicunsafestringnilptr() { panic(errorString("unsafe.String: ptr is nil and len is not zero")) }

// panicwrap is called by wrappers of value methods that got a nil pointer.
func panicwrap(pkg, typ, meth string) {
	panic(plainError("value method " + pkg + "." + typ + "." + meth + " called using nil *" + typ + " pointer"))
}

// panicrangestate reports a violation of the protocol of iterator functions.
func panicrangestate(state int) {
	switch state {
	case 0:
		panic(rangeDoneError)
	case 2:
		panic(rangePanicError)
	case 3:
		panic(rangeExhaustedError)
	case 4:
		panic(rangeMissingPanicError)
	}
	throw("unexpected state set by range func")
}

// stackOverflow is called on the goroutine that exceeded the limit; the Rust half has printed the limit and the
// stack's bounds.
func stackOverflow() { throwOnStack("stack overflow") }

// throwOnStack prints a fatal error with the traces of all goroutines, and exits with code 2.
func throwOnStack(s string)

// fatalthrow prints "fatal error: ", the text, and the traces of all goroutines: throws are faults of the runtime.
func fatalthrow(s string)

func throw(s string) { fatalthrow(s) }

//go:linkname internal_sync_throw internal/sync.throw
func internal_sync_throw(s string) { throw(s) }

//go:linkname internal_sync_fatal internal/sync.fatal
func internal_sync_fatal(s string) { fatal(s) }

//go:linkname sync_throw sync.throw
func sync_throw(s string) { throw(s) }

//go:linkname sync_fatal sync.fatal
func sync_fatal(s string) { fatal(s) }

//go:linkname rand_fatal crypto/rand.fatal
func rand_fatal(s string) { fatal(s) }

//go:linkname sysrand_fatal crypto/internal/sysrand.fatal
func sysrand_fatal(s string) { fatal(s) }

//go:linkname fips_fatal crypto/internal/fips140.fatal
func fips_fatal(s string) { fatal(s) }

//go:linkname maps_fatal internal/runtime/maps.fatal
func maps_fatal(s string) { fatal(s) }

//go:linkname cgroup_throw internal/runtime/cgroup.throw
func cgroup_throw(s string) { throw(s) }
