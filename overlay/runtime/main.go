package runtime

import (
	"internal/cpu"
	"internal/runtime/exithook"
	"internal/runtime/maps"
	_ "unsafe"
)

//go:linkname mainMain main.main
func mainMain()

// runInits initialises all packages in dependency order; the compiler makes it.
//
//go:linkname runInits go:inits
func runInits()

// mainStarted and mainFinished tell the Rust half where the main goroutine is: during initialisation it is locked to
// the first thread.
func mainStarted()
func initsDone()

// main is the first goroutine.
func main() {
	mainStarted()
	// Hash keys are seeded while the CPU's features are unknown: the portable hash is used throughout.
	maps.AlgInit()
	cpu.Initialize(envValue("GODEBUG"))
	initErrors()
	initExitHooks()
	startCollector()
	followProcs()
	initialise()
	mainMain()
	// A panic of another goroutine decides the exit code: if deferred calls run, they are given some time; once it is
	// printed, it ends the process.
	for i := 0; i < 1000 && runningPanics.Load() != 0; i++ {
		Gosched()
	}
	if panicking() {
		startDying()
	}
	exithook.Run(0)
	exit(0)
}

// initialise runs all inits. A panic or Goexit in one of them ends the goroutine's lock to its thread as well.
func initialise() {
	defer initsDone()
	runInits()
}

// panicking reports whether some goroutine is printing its last words.
func panicking() bool

func initExitHooks() {
	exithook.Gosched = Gosched
	exithook.Goid = func() uint64 { return getg().id }
	exithook.Throw = throw
}

// goexit0 is where a goroutine's function returns to.
func goexit0() {
	gp := getg()
	gp.labels = nil
	goexit1()
}

//go:linkname os_beforeExit os.runtime_beforeExit
func os_beforeExit(exitCode int) {
	exithook.Run(exitCode)
}
