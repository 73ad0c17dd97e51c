package runtime

import "unsafe"

// What goroutines of the standard library wait in. Traces show these functions, so they are functions of their own.

//go:linkname time_Sleep time.Sleep
//go:noinline
func time_Sleep(ns int64) { sleep(ns) }

//go:linkname sync_Semacquire sync.runtime_Semacquire
//go:noinline
func sync_Semacquire(s *uint32) { semacquire(s) }

//go:linkname poll_Semacquire internal/poll.runtime_Semacquire
//go:noinline
func poll_Semacquire(s *uint32) { semacquire(s) }

//go:linkname sync_SemacquireWaitGroup sync.runtime_SemacquireWaitGroup
//go:noinline
func sync_SemacquireWaitGroup(s *uint32, durable bool) { semacquireWaitGroup(s, durable) }

//go:linkname sync_SemacquireMutex internal/sync.runtime_SemacquireMutex
//go:noinline
func sync_SemacquireMutex(s *uint32, lifo bool, skip int) { semacquireMutex(s, lifo) }

//go:linkname sync_SemacquireRWMutexR sync.runtime_SemacquireRWMutexR
//go:noinline
func sync_SemacquireRWMutexR(s *uint32, lifo bool, skip int) { semacquireRWMutexR(s, lifo) }

//go:linkname sync_SemacquireRWMutex sync.runtime_SemacquireRWMutex
//go:noinline
func sync_SemacquireRWMutex(s *uint32, lifo bool, skip int) { semacquireRWMutex(s, lifo) }

//go:linkname sync_notifyListWait sync.runtime_notifyListWait
//go:noinline
func sync_notifyListWait(l unsafe.Pointer, ticket uint32) { notifyListWait(l, ticket) }

//go:linkname poll_pollWait internal/poll.runtime_pollWait
//go:noinline
func poll_pollWait(pd uintptr, mode int) int { return pollWait(pd, mode) }

func sleep(ns int64)
func semacquire(s *uint32)
func semacquireWaitGroup(s *uint32, durable bool)
func semacquireMutex(s *uint32, lifo bool)
func semacquireRWMutexR(s *uint32, lifo bool)
func semacquireRWMutex(s *uint32, lifo bool)
func notifyListWait(l unsafe.Pointer, ticket uint32)
func pollWait(pd uintptr, mode int) int
