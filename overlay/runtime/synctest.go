package runtime

import (
	"internal/runtime/sys"
	_ "unsafe"
)

// bubble is a record of the Rust half: goroutines of testing/synctest with a clock of their own.
type bubble struct{}

// bubbleStart makes the current goroutine the root of a new bubble in which f runs; traces say that it was created at pc.
func bubbleStart(f func(), pc uintptr)

// bubbleTurn fires due timers, and waits until all others in the bubble wait.
func bubbleTurn()

// bubbleAdvance moves the clock to the next timer, if there is one.
func bubbleAdvance() bool

// bubbleLeave takes the root out of its bubble.
func bubbleLeave() (how int)

// bubbleWait waits until all others in the bubble wait; false if another goroutine is at it.
func bubbleWait() bool

// bubbleHold keeps the bubble from moving on until bubbleRelease.
func bubbleHold(b *bubble)
func bubbleRelease(b *bubble)

// bubbleDying says that the process dies of a deadlock in b, whose goroutines are to be shown.
func bubbleDying(b *bubble)

// Results of bubbleLeave.
const (
	bubbleEnded = iota
	bubbleAllBlocked
	bubbleBlockedRemain
)

// synctestDeadlockError is what Run panics with if its bubble cannot end.
type synctestDeadlockError struct {
	reason string
	bubble *bubble
}

func (e synctestDeadlockError) Error() string { return e.reason }

//go:linkname synctest_isInBubble internal/synctest.IsInBubble
func synctest_isInBubble() bool { return getg().bubble != nil }

//go:linkname time_runtimeIsBubbled time.runtimeIsBubbled
func time_runtimeIsBubbled() bool { return getg().bubble != nil }

//go:linkname synctestRun internal/synctest.Run
func synctestRun(f func()) {
	gp := getg()
	if gp.bubble != nil {
		panic("synctest.Run called from within a synctest bubble")
	}
	bubbleStart(f, sys.GetCallerPC())
	b := gp.bubble
	for {
		bubbleTurn()
		if !bubbleAdvance() {
			break
		}
	}
	switch bubbleLeave() {
	case bubbleAllBlocked:
		panic(synctestDeadlockError{"deadlock: all goroutines in bubble are blocked", b})
	case bubbleBlockedRemain:
		panic(synctestDeadlockError{"deadlock: main bubble goroutine has exited but blocked goroutines remain", b})
	}
}

//go:linkname synctestWait internal/synctest.Wait
func synctestWait() {
	if getg().bubble == nil {
		panic("goroutine is not in a bubble")
	}
	if !bubbleWait() {
		panic("wait already in progress")
	}
}

//go:linkname synctest_acquire internal/synctest.acquire
func synctest_acquire() any {
	b := getg().bubble
	if b == nil {
		return nil
	}
	bubbleHold(b)
	return b
}

//go:linkname synctest_release internal/synctest.release
func synctest_release(b any) { bubbleRelease(b.(*bubble)) }

//go:linkname synctest_inBubble internal/synctest.inBubble
func synctest_inBubble(b any, f func()) {
	gp := getg()
	if gp.bubble != nil {
		panic("goroutine is already bubbled")
	}
	gp.bubble = b.(*bubble)
	defer func() { gp.bubble = nil }()
	f()
}
