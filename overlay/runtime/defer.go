package runtime

import "internal/runtime/sys"

// A _defer is a deferred call without arguments. The compiler reserves 64 bytes for records in frames.
//
// The list of a goroutine runs from the newest to the oldest; fp, the frame pointer, says which activation a record
// belongs to.
type _defer struct {
	link *_defer
	fn   func()
	fp   uintptr
	// pc is an address in that activation's function; a recovered panic resumes at the function's landing pad.
	pc uintptr
	// rangefunc marks a record that stands for all calls deferred by the bodies of a range-over-func statement
	// of the activation; they are in head.
	rangefunc bool
	// looped marks a call deferred in a loop.
	looped bool
	head   *_defer
}

// deferprocStack registers a call; the record lies in the caller's frame.
func deferprocStack(d *_defer, fn func(), fp uintptr) {
	gp := getg()
	d.link = gp.defers
	d.fn = fn
	d.fp = fp
	d.pc = sys.GetCallerPC()
	d.rangefunc = false
	d.looped = false
	d.head = nil
	gp.defers = d
}

// deferproc registers a call deferred in a loop.
func deferproc(fn func(), fp uintptr) {
	gp := getg()
	gp.defers = &_defer{link: gp.defers, fn: fn, fp: fp, pc: sys.GetCallerPC(), looped: true}
}

// deferrangefunc makes the token for calls that the body of a range-over-func statement defers to the function with
// frame fp.
func deferrangefunc(fp uintptr) any {
	gp := getg()
	d := &_defer{link: gp.defers, fp: fp, pc: sys.GetCallerPC(), rangefunc: true}
	gp.defers = d
	return d
}

// deferprocat registers a call with a token.
func deferprocat(fn func(), token any) {
	d := token.(*_defer)
	d.head = &_defer{link: d.head, fn: fn, fp: d.fp, pc: d.pc, looped: true}
}

// deferreturn runs the calls deferred by the activation with frame fp. Not inlined: recover tells calls that it makes
// from those that a panic makes by its frame.
//
//go:noinline
func deferreturn(fp uintptr) {
	gp := getg()
	for {
		d := gp.defers
		if d == nil || d.fp != fp {
			return
		}
		if d.rangefunc {
			spliceRangefunc(gp, d)
			continue
		}
		fn := d.fn
		d.fn = nil
		gp.defers = d.link
		if fn == nil && d.looped {
			callnil()
		} else {
			fn()
		}
	}
}

// callnil faults. Traces show deferreturn as the caller of nothing where the call was deferred in a loop, as in Go, whose
// other deferred calls are made by the function itself.
//
//go:noinline
func callnil() {
	var fn func()
	fn()
}

// spliceRangefunc replaces the newest record, a rangefunc one, by the calls it stands for.
func spliceRangefunc(gp *g, d *_defer) {
	gp.defers = d.link
	if d.head == nil {
		return
	}
	last := d.head
	for last.link != nil {
		last = last.link
	}
	last.link = gp.defers
	gp.defers = d.head
}
