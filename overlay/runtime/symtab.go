package runtime

import (
	"internal/abi"
	"unsafe"
)

// A rawFrame is what the Rust half knows of one function, inlined or not, at a program counter.
type rawFrame struct {
	name      *byte
	nameLen   int
	file      *byte
	fileLen   int
	line      int
	startLine int
	entry     uintptr
	flags     uintptr
}

// funcframe describes the n-th function at pc, which is an address in a function, not a return address; inlined calls
// come first, innermost at 0. It reports whether there is one.
func funcframe(pc uintptr, n int, out *rawFrame) bool

// frameAt is funcframe, which keeps no pointer.
func frameAt(pc uintptr, n int, out *rawFrame) bool {
	return funcframe(pc, n, (*rawFrame)(noescape(unsafe.Pointer(out))))
}

// callers stores return addresses of the calling goroutine, the caller of callers first, leaving out the skip innermost
// physical frames, and returns their number.
func callers(skip int, buf *uintptr, n int) int

// Where calls were inlined, several calls share an address. A program counter that Callers gives out then has, above
// bit 48, the number of the call that it stands for, from 1, the innermost one; hidden calls count. Without a number
// it stands for all calls at the address.
const callShift = 48

func splitPC(pc uintptr) (uintptr, int) { return pc & (1<<callShift - 1), int(pc >> callShift) }

func (f *rawFrame) function() string { return unsafe.String(f.name, f.nameLen) }

// flagPlace marks what stands for a function of Go that is not ours: its file is named without the directory.
const flagPlace = 1 << 32

func (f *rawFrame) path() string {
	path := unsafe.String(f.file, f.fileLen)
	if f.flags&flagPlace == 0 {
		return path
	}
	var own rawFrame
	frameAt(abi.FuncPCABIInternal(goexit), 0, &own)
	dir := own.path()
	for dir != "" && dir[len(dir)-1] != '/' {
		dir = dir[:len(dir)-1]
	}
	return dir + path
}

// hidden reports whether traces leave the function out, which has called callee: wrappers, unless they panic themselves,
// and the function that makes deferred calls, which look as if they were made by the function that deferred them. It is seen
// if it calls nothing for a loop.
func (f *rawFrame) hidden(callee string) bool {
	if f.flags&flagWrapper != 0 {
		return callee != "runtime.gopanic" && callee != "runtime.sigpanic" && callee != "runtime.panicwrap"
	}
	switch f.entry {
	case abi.FuncPCABIInternal(deferreturn):
		return callee != "runtime.callnil"
	case abi.FuncPCABIInternal(callnil):
		return true
	}
	return false
}

// A Func is a function of the program; the pointer is its entry address, or a record for an inlined one.
type Func struct {
	opaque struct{}
}

// An inlinedFunc is what FuncForPC makes for inlined functions; marker tells it from code.
type inlinedFunc struct {
	marker uint64
	frame  rawFrame
}

const inlineMarker = 0xffff_ffff_ffff_fffe

func (f *Func) raw(out *rawFrame) bool {
	if in := (*inlinedFunc)(unsafe.Pointer(f)); in.marker == inlineMarker {
		*out = in.frame
		return true
	}
	pc := uintptr(unsafe.Pointer(f))
	return lastFrame(pc, out)
}

// lastFrame describes the function, not an inlined one, that holds pc.
func lastFrame(pc uintptr, out *rawFrame) bool {
	found := false
	for n := 0; frameAt(pc, n, out); n++ {
		found = true
	}
	return found
}

// Name is the name of the function.
func (f *Func) Name() string {
	var r rawFrame
	if f == nil || !f.raw(&r) {
		return ""
	}
	return r.function()
}

// Entry is its entry address.
func (f *Func) Entry() uintptr {
	var r rawFrame
	if !f.raw(&r) {
		return 0
	}
	return r.entry
}

// FileLine is the position of the code at pc, which should be within f.
func (f *Func) FileLine(pc uintptr) (file string, line int) {
	var r rawFrame
	if in := (*inlinedFunc)(unsafe.Pointer(f)); in.marker == inlineMarker {
		return in.frame.path(), in.frame.line
	}
	if !lastFrame(pc, &r) {
		return "?", 0
	}
	return r.path(), r.line
}

// FuncForPC gives the function at an address, which may be an inlined one.
func FuncForPC(pc uintptr) *Func {
	pc, call := splitPC(pc)
	call = max(call-1, 0)
	var r, outer rawFrame
	if !frameAt(pc, call, &r) {
		return nil
	}
	if frameAt(pc, call+1, &outer) {
		return (*Func)(unsafe.Pointer(&inlinedFunc{inlineMarker, r}))
	}
	return (*Func)(unsafe.Pointer(r.entry))
}

// Caller describes the call that is skip calls further out; 0 is the caller of Caller.
//
//go:noinline
func Caller(skip int) (pc uintptr, file string, line int, ok bool) {
	var pcs [1]uintptr
	if callersLogical(skip+1, pcs[:]) < 1 {
		return
	}
	frame, _ := CallersFrames(pcs[:]).Next()
	return frame.PC, frame.File, frame.Line, frame.PC != 0
}

// Callers fills pc with return addresses of the calling goroutine; skip 0 is Callers itself.
//
//go:noinline
func Callers(skip int, pc []uintptr) int {
	if len(pc) == 0 {
		return 0
	}
	return callersLogical(skip, pc)
}

// callersLogical counts inlined calls as others; skip 0 is the function that calls callersLogical.
func callersLogical(skip int, pc []uintptr) int {
	c := callWriter{pcs: pc, skip: skip}
	physical := 1
	var chunk [64]uintptr
	for {
		got := callers(physical, (*uintptr)(noescape(unsafe.Pointer(&chunk))), len(chunk))
		for _, ret := range chunk[:got] {
			if c.add(ret); c.n == len(pc) {
				return c.n
			}
		}
		if got < len(chunk) {
			break
		}
		physical += got
	}
	if c.skip == 0 {
		c.pcs[c.n] = abi.FuncPCABIInternal(goexit) + 1
		c.n++
	}
	return c.n
}

// A callWriter makes program counters as Callers gives them out of return addresses, innermost first.
type callWriter struct {
	pcs []uintptr
	// n is the number of those that are written.
	n int
	// skip is the number of calls still to be left out.
	skip int
	// callee is the function that was added last.
	callee string
}

// add adds the calls at an address, while there is room.
func (c *callWriter) add(ret uintptr) {
	if _, only := splitPC(ret); only != 0 {
		c.put(ret)
		return
	}
	var r, outer rawFrame
	for call := 0; frameAt(ret-1, call, &r); call++ {
		hidden := r.hidden(c.callee)
		c.callee = r.function()
		if hidden {
			continue
		}
		if call > 0 || frameAt(ret-1, 1, &outer) {
			c.put(ret | uintptr(call+1)<<callShift)
		} else {
			c.put(ret)
		}
	}
}

func (c *callWriter) put(pc uintptr) {
	if c.skip > 0 {
		c.skip--
	} else if c.n < len(c.pcs) {
		c.pcs[c.n] = pc
		c.n++
	}
}

// goexit seems to have called the first function of every goroutine. No frame is behind that: its address is the last
// that Callers gives out, so that whoever looks for the first function finds that another follows.
//
//go:noinline
func goexit() {}

// Frame is one call of a traceback.
type Frame struct {
	// PC is an address in the call's instruction.
	PC uintptr
	// Func is nil for functions that are not Go or inlined.
	Func *Func
	// Function is the name, with its package path.
	Function string
	File     string
	Line     int

	startLine int
	// Entry is the entry address of the function.
	Entry uintptr
}

// Frames turns the result of Callers into frames.
type Frames struct {
	callers []uintptr
	next    []Frame
	// room is where next lies as long as it is short.
	room [2]Frame
}

// CallersFrames prepares the translation of return addresses.
func CallersFrames(callers []uintptr) *Frames { return &Frames{callers: callers} }

// Next gives the next frame, and whether there are more.
func (ci *Frames) Next() (frame Frame, more bool) {
	for len(ci.next) < 2 && len(ci.callers) > 0 {
		ci.expand(ci.callers[0])
		ci.callers = ci.callers[1:]
	}
	if len(ci.next) == 0 {
		return Frame{}, false
	}
	frame = ci.next[0]
	ci.next = ci.next[1:]
	return frame, len(ci.next) > 0
}

func (ci *Frames) expand(tagged uintptr) {
	ret, only := splitPC(tagged)
	pc := ret - 1
	var r, outer rawFrame
	if lastFrame(ret, &r) && r.entry == ret {
		// No return address: a function by itself.
		pc = ret
	}
	callee := ""
	for call := 1; frameAt(pc, call-1, &r); call++ {
		// Who was called from the first is not known here, but to whoever gave the address out.
		hidden := only == 0 && call > 1 && r.hidden(callee)
		callee = r.function()
		if hidden || only != 0 && only != call {
			continue
		}
		f := Frame{PC: pc, Function: r.function(), File: r.path(), Line: r.line, startLine: r.startLine, Entry: r.entry}
		if only != 0 {
			f.PC |= uintptr(call) << callShift
		}
		if !frameAt(pc, call, &outer) {
			f.Func = (*Func)(unsafe.Pointer(r.entry))
		}
		if len(ci.next) == cap(ci.next) && len(ci.next) < len(ci.room) {
			ci.next = ci.room[:copy(ci.room[:], ci.next)]
		}
		ci.next = append(ci.next, f)
	}
}

//go:linkname runtime_FrameStartLine runtime/pprof.runtime_FrameStartLine
func runtime_FrameStartLine(f *Frame) int { return f.startLine }

//go:linkname runtime_FrameSymbolName runtime/pprof.runtime_FrameSymbolName
func runtime_FrameSymbolName(f *Frame) string { return f.Function }

//go:linkname runtime_expandFinalInlineFrame runtime/pprof.runtime_expandFinalInlineFrame
func runtime_expandFinalInlineFrame(stk []uintptr) []uintptr { return stk }

// Stack writes the trace of the calling goroutine, or of all of them, and returns the number of bytes.
func Stack(buf []byte, all bool) int {
	if len(buf) == 0 {
		return 0
	}
	return stackTrace(&buf[0], len(buf), all)
}

// stackTrace is Stack; the innermost frame it shows is the caller of its caller's.
func stackTrace(buf *byte, n int, all bool) int
