package runtime

import (
	"internal/goarch"
	"internal/goos"
	"unsafe"
)

// GOOS is the operating system the program runs on.
const GOOS string = goos.GOOS

// GOARCH is the architecture the program runs on.
const GOARCH string = goarch.GOARCH

// Compiler names the toolchain. Programs and std test it for "gc", whose conventions are followed.
const Compiler = "gc"

// buildVersion is the version of the standard library; set by the compiler.
//
//go:linkname buildVersion
var buildVersion string = "go1.27.3"

// haveHighResSleep says that sleeping is exact to about a millisecond; package time's tests ask.
var haveHighResSleep = true

// Version is the Go version.
func Version() string { return buildVersion }

// defaultGOROOT is the tree the program was built from, unless paths are trimmed.
//
//go:linkname defaultGOROOT
var defaultGOROOT string

// GOROOT is the root of the Go tree.
func GOROOT() string {
	if s := envValue("GOROOT"); s != "" {
		return s
	}
	return defaultGOROOT
}

// signalWaitUntilIdle waits until os/signal has passed on every signal that came before it disabled some.
//
//go:linkname signalWaitUntilIdle os/signal.signalWaitUntilIdle
func signalWaitUntilIdle() {
	for !signalsPassedOn() {
		Gosched()
	}
}

func signalsPassedOn() bool

// Gosched yields the processor.
func Gosched()

// GOMAXPROCS sets the number of goroutines that run at the same time, and returns the former one; n < 1 only asks.
func GOMAXPROCS(n int) int { return gomaxprocs(max(n, 0)) }

func gomaxprocs(n int) int

// SetDefaultGOMAXPROCS goes back to the number that the runtime would choose.
func SetDefaultGOMAXPROCS() { gomaxprocsDefault() }

func gomaxprocsDefault()

// followProcs starts the goroutine that adjusts GOMAXPROCS while the program has not chosen it.
func followProcs() {
	if !gomaxprocsFollows() {
		return
	}
	goSystem(func() {
		for {
			gomaxprocsWait()
			gomaxprocsUpdate()
		}
	})
}

func gomaxprocsFollows() bool
func gomaxprocsWait()
func gomaxprocsUpdate()

// NumCPU is the number of CPUs that the process may use.
func NumCPU() int { return numcpu() }

func numcpu() int

// NumCgoCall is the number of calls of C code.
func NumCgoCall() int64 { return 0 }

// NumGoroutine is the number of goroutines that the program has.
func NumGoroutine() int { return gcount() }

func gcount() int

// LockOSThread ties the goroutine to its thread until as many calls of UnlockOSThread.
func LockOSThread()

// UnlockOSThread undoes one LockOSThread.
func UnlockOSThread()

// Breakpoint executes a breakpoint trap.
func Breakpoint()

// KeepAlive keeps its argument reachable up to the call; the compiler expands it.
//
//go:noinline
func KeepAlive(x any) {}

// SetCgoTraceback is for programs with C code, which there are none of: only what Go checks is checked.
func SetCgoTraceback(version int, traceback, context, symbolizer unsafe.Pointer) {
	if version != 0 {
		panic("unsupported version")
	}
	given := [...]unsafe.Pointer{traceback, context, symbolizer}
	for i, f := range cgoTracebackFunctions {
		if f != nil && f != given[i] {
			panic("call SetCgoTraceback only once")
		}
	}
	cgoTracebackFunctions = given
}

var cgoTracebackFunctions [3]unsafe.Pointer

type errorText string

func (e errorText) Error() string { return string(e) }

// rand is a random number, rand32 and cheaprand smaller ones.
func rand() uint64

//go:linkname rand32
func rand32() uint32 { return uint32(rand() >> 32) }

//go:linkname randn
func randn(n uint32) uint32 { return uint32((uint64(uint32(rand())) * uint64(n)) >> 32) }

//go:linkname cheaprand
func cheaprand() uint32 { return rand32() }

//go:linkname cheaprandn
func cheaprandn(n uint32) uint32 { return randn(n) }

//go:linkname legacy_fastrand runtime.fastrand
func legacy_fastrand() uint32 { return rand32() }

//go:linkname legacy_fastrandn runtime.fastrandn
func legacy_fastrandn(n uint32) uint32 { return randn(n) }

//go:linkname legacy_fastrand64 runtime.fastrand64
func legacy_fastrand64() uint64 { return rand() }

// nanotime is the monotonic clock.
func nanotime() int64
