// Kernels of memory management: `gc NAME` runs one; `gc` lists them with what is measured. What a kernel computes goes to
// standard output; what it took, as lines of a name and a number, to standard error. Two numbers are a bucket of a histogram
// and how often it was hit.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"syscall"
	"time"
)

// What is measured of a kernel.
const (
	work   = "work"   // elapsed time, processor time, share of the collector, peak of memory
	pauses = "pauses" // pauses of collections, and how late a ticker is
	limit  = "limit"  // as work, beside a limit of memory
	giving = "giving" // how long memory takes to go back to the system
)

var kernels = []struct {
	name, kind string
	run        func() int
}{
	{"trees", work, trees},
	{"lists", work, lists},
	{"maps", work, maps},
	{"churn2", work, churn2},
	{"live512", work, live512},
	{"stacks", work, stacks},
	{"strings", work, texts},
	{"alloc16", work, alloc16},
	{"alloc16p", work, alloc16p},
	{"alloc64", work, alloc64},
	{"alloc64p", work, alloc64p},
	{"alloc1k", work, alloc1k},
	{"alloc1kp", work, alloc1kp},
	{"alloc64k", work, alloc64k},
	{"pauses512", pauses, pauses512},
	{"pauses100k", pauses, pauses100k},
	{"limit", limit, limited},
	{"giving", giving, givingBack},
}

func main() {
	if len(os.Args) < 2 {
		for _, k := range kernels {
			fmt.Println(k.name, k.kind)
		}
		return
	}
	for _, k := range kernels {
		if k.name == os.Args[1] {
			start := time.Now()
			fmt.Println(k.run())
			report("elapsed_ns", time.Since(start).Nanoseconds())
			reportProcess()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "no kernel", os.Args[1])
	os.Exit(2)
}

func report(name string, n int64) {
	fmt.Fprintln(os.Stderr, name, n)
}

// What the process has taken, and the collector's part of it.
func reportProcess() {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	report("user_ns", usage.Utime.Nano())
	report("system_ns", usage.Stime.Nano())
	report("peak_kb", usage.Maxrss)
	samples := []metrics.Sample{
		{Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/gc/cycles/total:gc-cycles"},
		{Name: "/sched/pauses/total/gc:seconds"},
		{Name: "/sched/pauses/stopping/gc:seconds"},
	}
	metrics.Read(samples)
	report("gc_cpu_ns", int64(samples[0].Value.Float64()*1e9))
	report("cycles", int64(samples[1].Value.Uint64()))
	for i, name := range []string{"pause", "stopping"} {
		h := samples[2+i].Value.Float64Histogram()
		for i, n := range h.Counts {
			if n > 0 && i > 0 {
				reportBucket(name, int64(h.Buckets[i]*1e9), n)
			}
		}
	}
}

// Some of what is counted in a histogram: n values that are at least lower.
func reportBucket(name string, lower int64, n uint64) {
	fmt.Fprintln(os.Stderr, name, lower, n)
}

// Runs f while a ticker of a millisecond is watched, and reports how late its ticks are.
func watchTicker(f func()) {
	stop, stopped := make(chan bool), make(chan bool)
	var late []int64
	go func() {
		ticker := time.NewTicker(time.Millisecond)
		defer close(stopped)
		for {
			select {
			case at := <-ticker.C:
				late = append(late, time.Since(at).Nanoseconds())
			case <-stop:
				return
			}
		}
	}()
	f()
	close(stop)
	<-stopped
	const bucket = 10_000
	slices.Sort(late)
	for i := 0; i < len(late); {
		first, lower := i, late[i]/bucket*bucket
		for i < len(late) && late[i] < lower+bucket {
			i++
		}
		reportBucket("late", lower, uint64(i-first))
	}
}

// Bytes of the process that are in memory.
func resident() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var size, pages int
	fmt.Sscan(string(text), &size, &pages)
	return pages * os.Getpagesize()
}

// keep holds on to what a kernel has made until here.
func keep(x any) { runtime.KeepAlive(x) }
