package main

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"
)

// Collections that follow each other quickly beside 512 MiB that stay.
func pauses512() int {
	table, blocks := bigHeap(), bigBlocks(400<<10)
	debug.SetGCPercent(10)
	junk := make([]*tree, 1024)
	watchTicker(func() {
		for i := range 7_000_000 {
			junk[i%len(junk)] = &tree{left: &tree{}, right: &tree{}}
			t := table[i*31%len(table)]
			t[i*7919%len(t)] = &record{id: i}
		}
	})
	keep(blocks)
	keep(junk)
	return len(table)
}

// The same beside 100,000 goroutines that wait.
func pauses100k() int {
	const goroutines = 100_000
	var ready, done sync.WaitGroup
	release := make(chan bool)
	ready.Add(goroutines)
	for g := range goroutines {
		done.Go(func() {
			r := &record{id: g}
			ready.Done()
			<-release
			keep(r)
		})
	}
	ready.Wait()
	debug.SetGCPercent(10)
	junk := make([]*tree, 1024)
	watchTicker(func() {
		for i := range 7_000_000 {
			junk[i%len(junk)] = &tree{left: &tree{}, right: &tree{}}
		}
	})
	keep(junk)
	close(release)
	done.Wait()
	return goroutines
}

// A program that would take four times its limit of memory if nothing stopped it.
func limited() int {
	const bytes = 100 << 20
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(bytes)
	report("limit_kb", bytes>>10)
	live := bigBlocks(32 << 10)
	n := 0
	for range 120 {
		n += grow(16).size()
		keep(make([]byte, 1<<20))
	}
	keep(live)
	return n
}

// Memory that is free goes back to the system: how long until half of it is left, after a collection.
func givingBack() int {
	blocks := bigBlocks(250 << 10)
	before := resident()
	keep(blocks)
	blocks = nil
	runtime.GC()
	start := time.Now()
	for resident() > before/2 && time.Since(start) < 20*time.Second {
		time.Sleep(5 * time.Millisecond)
		keep(make([]byte, 4096))
	}
	report("giving_ns", time.Since(start).Nanoseconds())
	return 0
}
