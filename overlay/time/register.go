package time

import "unsafe"

//go:linkname registerTime runtime.registerTime
func registerTime(localLoc unsafe.Pointer, startNano *int64)

// The runtime sends the time on timer channels itself: it needs to know the local zone and the start of the monotonic
// clock.
func init() { registerTime(unsafe.Pointer(&localLoc), &startNano) }
