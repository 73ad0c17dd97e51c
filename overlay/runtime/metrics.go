package runtime

import (
	"internal/godebugs"
	"internal/runtime/atomic"
	"internal/runtime/gc"
	"unsafe"
)

// timeBuckets is the number of buckets of a histogram of durations: every power of two from 2^8 to 2^47 ns in four
// parts, one for what is negative and one for what is longer.
const timeBuckets = (47-8+1)*4 + 2

// counters is what the Rust half counts.
type counters struct {
	assistNs, dedicatedNs, idleMarkNs, pauseNs, idleNs, totalNs uint64
	cleanupsQueued, cleanupsExecuted                            uint64
	finalizersQueued, finalizersExecuted                        uint64
	cycles, forced, gogc, memoryLimit                           uint64
	allocatedBytes, freedBytes, allocatedObjects, freedObjects  uint64
	tinyObjects, heapGoal, heapLive, limiterCycle               uint64
	scanGlobals, scanHeap, scanStacks, startingStack            uint64
	heapFree, heapInUse, heapReleased, stacksInUse, stacksFree  uint64
	cacheBytes, spanBytes, tableBytes, otherBytes, bucketBytes  uint64
	maxProcs, created                                           uint64
	goroutines                                                  [4]uint64
	threads, mutexWaitNs                                        uint64
	allocsByClass, freesByClass                                 [gc.NumSizeClasses]uint64
	latencies, gcStopping, gcTotal, otherStopping, otherTotal   [timeBuckets]uint64
}

func readcounters(c *counters, size uintptr)

// objects is the number of bytes in objects, dead ones that have not been swept included.
func (c *counters) objects() uint64 { return c.allocatedBytes - c.freedBytes }

// gcNs is the time that collections have taken on all processors.
func (c *counters) gcNs() uint64 { return c.assistNs + c.dedicatedNs + c.idleMarkNs + c.pauseNs }

// metricValue is runtime/metrics.Value.
type metricValue struct {
	kind    int
	scalar  uint64
	pointer unsafe.Pointer
}

const (
	metricBad = iota
	metricUint64
	metricFloat64
	metricHistogram
)

// metricSample is runtime/metrics.Sample.
type metricSample struct {
	name  string
	value metricValue
}

// float64Histogram is runtime/metrics.Float64Histogram.
type float64Histogram struct {
	counts  []uint64
	buckets []float64
}

func (v *metricValue) uint64(n uint64) {
	v.kind = metricUint64
	v.scalar = n
}

func (v *metricValue) seconds(ns uint64) {
	v.kind = metricFloat64
	s := float64(ns) / 1e9
	v.scalar = *(*uint64)(unsafe.Pointer(&s))
}

// histogram gives room for counts, reused from an earlier sample if it has one.
func (v *metricValue) histogram(buckets []float64) []uint64 {
	var h *float64Histogram
	if v.kind == metricHistogram && v.pointer != nil {
		h = (*float64Histogram)(v.pointer)
	} else {
		h = new(float64Histogram)
		v.kind = metricHistogram
		v.pointer = unsafe.Pointer(h)
	}
	h.buckets = buckets
	if len(h.counts) != len(buckets)-1 {
		h.counts = make([]uint64, len(buckets)-1)
	}
	return h.counts
}

func (v *metricValue) times(counts *[timeBuckets]uint64) {
	copy(v.histogram(timeBoundaries), counts[:])
}

func (v *metricValue) sizes(counts *[gc.NumSizeClasses]uint64) {
	// Class 0 is that of large objects, which are the last bucket.
	to := v.histogram(sizeBoundaries)
	copy(to, counts[1:])
	to[len(to)-1] = counts[0]
}

var (
	// Sizes and durations at which buckets begin, made when metrics are first read.
	sizeBoundaries, timeBoundaries []float64

	metrics     map[string]func(c *counters, v *metricValue)
	metricsLock yieldLock

	godebugMetrics map[string]func() uint64
	godebugLock    yieldLock
)

// A yieldLock is a lock that is hardly ever contended: who waits for it yields.
type yieldLock struct{ held atomic.Uint32 }

func (l *yieldLock) lock() {
	for !l.held.CompareAndSwap(0, 1) {
		Gosched()
	}
}

func (l *yieldLock) unlock() { l.held.Store(0) }

//go:linkname godebug_registerMetric internal/godebug.registerMetric
func godebug_registerMetric(name string, read func() uint64) {
	godebugLock.lock()
	if godebugMetrics == nil {
		godebugMetrics = make(map[string]func() uint64)
	}
	godebugMetrics[name] = read
	godebugLock.unlock()
}

// godebugMetric is what counts the events of a metric, nil if there were none.
func godebugMetric(name string) func() uint64 {
	godebugLock.lock()
	read := godebugMetrics[name]
	godebugLock.unlock()
	return read
}

func initMetrics() {
	sizeBoundaries = append(sizeBoundaries, 1)
	for _, size := range gc.SizeClassToSize[1:] {
		sizeBoundaries = append(sizeBoundaries, float64(size)+1)
	}
	sizeBoundaries = append(sizeBoundaries, inf())
	timeBoundaries = append(timeBoundaries, -inf())
	for part := 0; part < 4; part++ {
		timeBoundaries = append(timeBoundaries, float64(part*64)/1e9)
	}
	for power := 8; power < 47; power++ {
		for part := 0; part < 4; part++ {
			timeBoundaries = append(timeBoundaries, float64((4+part)<<(power-2))/1e9)
		}
	}
	timeBoundaries = append(timeBoundaries, float64(1<<47)/1e9, inf())

	metrics = make(map[string]func(*counters, *metricValue))
	for name, read := range counterMetrics() {
		metrics[name] = func(c *counters, v *metricValue) { v.uint64(read(c)) }
	}
	for name, read := range timeMetrics() {
		metrics[name] = func(c *counters, v *metricValue) { v.seconds(read(c)) }
	}
	for name, read := range histogramMetrics() {
		metrics[name] = func(c *counters, v *metricValue) { v.times(read(c)) }
	}
	metrics["/gc/heap/allocs-by-size:bytes"] = func(c *counters, v *metricValue) { v.sizes(&c.allocsByClass) }
	metrics["/gc/heap/frees-by-size:bytes"] = func(c *counters, v *metricValue) { v.sizes(&c.freesByClass) }
	for _, info := range godebugs.All {
		if info.Opaque {
			continue
		}
		name := "/godebug/non-default-behavior/" + info.Name + ":events"
		metrics[name] = func(c *counters, v *metricValue) {
			n := uint64(0)
			if read := godebugMetric(name); read != nil {
				n = read()
			}
			v.uint64(n)
		}
	}
}

func counterMetrics() map[string]func(*counters) uint64 {
	return map[string]func(*counters) uint64{
		"/cgo/go-to-c-calls:calls":                    func(c *counters) uint64 { return uint64(NumCgoCall()) },
		"/gc/cleanups/executed:cleanups":              func(c *counters) uint64 { return c.cleanupsExecuted },
		"/gc/cleanups/queued:cleanups":                func(c *counters) uint64 { return c.cleanupsQueued },
		"/gc/cycles/automatic:gc-cycles":              func(c *counters) uint64 { return c.cycles - c.forced },
		"/gc/cycles/forced:gc-cycles":                 func(c *counters) uint64 { return c.forced },
		"/gc/cycles/total:gc-cycles":                  func(c *counters) uint64 { return c.cycles },
		"/gc/finalizers/executed:finalizers":          func(c *counters) uint64 { return c.finalizersExecuted },
		"/gc/finalizers/queued:finalizers":            func(c *counters) uint64 { return c.finalizersQueued },
		"/gc/gogc:percent":                            func(c *counters) uint64 { return c.gogc },
		"/gc/gomemlimit:bytes":                        func(c *counters) uint64 { return c.memoryLimit },
		"/gc/heap/allocs:bytes":                       func(c *counters) uint64 { return c.allocatedBytes },
		"/gc/heap/allocs:objects":                     func(c *counters) uint64 { return c.allocatedObjects },
		"/gc/heap/frees:bytes":                        func(c *counters) uint64 { return c.freedBytes },
		"/gc/heap/frees:objects":                      func(c *counters) uint64 { return c.freedObjects },
		"/gc/heap/goal:bytes":                         func(c *counters) uint64 { return c.heapGoal },
		"/gc/heap/live:bytes":                         func(c *counters) uint64 { return c.heapLive },
		"/gc/heap/objects:objects":                    func(c *counters) uint64 { return c.allocatedObjects - c.freedObjects },
		"/gc/heap/tiny/allocs:objects":                func(c *counters) uint64 { return c.tinyObjects },
		"/gc/limiter/last-enabled:gc-cycle":           func(c *counters) uint64 { return c.limiterCycle },
		"/gc/scan/globals:bytes":                      func(c *counters) uint64 { return c.scanGlobals },
		"/gc/scan/heap:bytes":                         func(c *counters) uint64 { return c.scanHeap },
		"/gc/scan/stack:bytes":                        func(c *counters) uint64 { return c.scanStacks },
		"/gc/scan/total:bytes":                        func(c *counters) uint64 { return c.scanGlobals + c.scanHeap + c.scanStacks },
		"/gc/stack/starting-size:bytes":               func(c *counters) uint64 { return c.startingStack },
		"/memory/classes/heap/free:bytes":             func(c *counters) uint64 { return c.heapFree },
		"/memory/classes/heap/objects:bytes":          func(c *counters) uint64 { return c.objects() },
		"/memory/classes/heap/released:bytes":         func(c *counters) uint64 { return c.heapReleased },
		"/memory/classes/heap/stacks:bytes":           func(c *counters) uint64 { return c.stacksInUse },
		"/memory/classes/heap/unused:bytes":           func(c *counters) uint64 { return c.heapInUse - c.objects() },
		"/memory/classes/metadata/mcache/free:bytes":  func(c *counters) uint64 { return 0 },
		"/memory/classes/metadata/mcache/inuse:bytes": func(c *counters) uint64 { return c.cacheBytes },
		"/memory/classes/metadata/mspan/free:bytes":   func(c *counters) uint64 { return 0 },
		"/memory/classes/metadata/mspan/inuse:bytes":  func(c *counters) uint64 { return c.spanBytes },
		"/memory/classes/metadata/other:bytes":        func(c *counters) uint64 { return c.tableBytes },
		"/memory/classes/os-stacks:bytes":             func(c *counters) uint64 { return 0 },
		"/memory/classes/other:bytes":                 func(c *counters) uint64 { return c.otherBytes + c.stacksFree },
		"/memory/classes/profiling/buckets:bytes":     func(c *counters) uint64 { return c.bucketBytes },
		"/memory/classes/total:bytes":                 (*counters).totalBytes,
		"/sched/gomaxprocs:threads":                   func(c *counters) uint64 { return c.maxProcs },
		"/sched/goroutines-created:goroutines":        func(c *counters) uint64 { return c.created },
		"/sched/goroutines/not-in-go:goroutines":      func(c *counters) uint64 { return c.goroutines[0] },
		"/sched/goroutines/runnable:goroutines":       func(c *counters) uint64 { return c.goroutines[1] },
		"/sched/goroutines/running:goroutines":        func(c *counters) uint64 { return c.goroutines[2] },
		"/sched/goroutines/waiting:goroutines":        func(c *counters) uint64 { return c.goroutines[3] },
		"/sched/goroutines:goroutines":                func(c *counters) uint64 { return uint64(NumGoroutine()) },
		"/sched/threads/total:threads":                func(c *counters) uint64 { return c.threads },
	}
}

func (c *counters) totalBytes() uint64 {
	heap := c.heapFree + c.heapInUse + c.heapReleased + c.stacksInUse
	return heap + c.cacheBytes + c.spanBytes + c.tableBytes + c.otherBytes + c.bucketBytes + c.stacksFree
}

func timeMetrics() map[string]func(*counters) uint64 {
	return map[string]func(*counters) uint64{
		"/cpu/classes/gc/mark/assist:cpu-seconds":      func(c *counters) uint64 { return c.assistNs },
		"/cpu/classes/gc/mark/dedicated:cpu-seconds":   func(c *counters) uint64 { return c.dedicatedNs },
		"/cpu/classes/gc/mark/idle:cpu-seconds":        func(c *counters) uint64 { return c.idleMarkNs },
		"/cpu/classes/gc/pause:cpu-seconds":            func(c *counters) uint64 { return c.pauseNs },
		"/cpu/classes/gc/total:cpu-seconds":            (*counters).gcNs,
		"/cpu/classes/idle:cpu-seconds":                func(c *counters) uint64 { return c.idleNs },
		"/cpu/classes/scavenge/assist:cpu-seconds":     func(c *counters) uint64 { return 0 },
		"/cpu/classes/scavenge/background:cpu-seconds": func(c *counters) uint64 { return 0 },
		"/cpu/classes/scavenge/total:cpu-seconds":      func(c *counters) uint64 { return 0 },
		"/cpu/classes/total:cpu-seconds":               func(c *counters) uint64 { return c.totalNs },
		"/cpu/classes/user:cpu-seconds": func(c *counters) uint64 {
			if busy := c.gcNs() + c.idleNs; busy < c.totalNs {
				return c.totalNs - busy
			}
			return 0
		},
		"/sync/mutex/wait/total:seconds": func(c *counters) uint64 { return c.mutexWaitNs },
	}
}

func histogramMetrics() map[string]func(*counters) *[timeBuckets]uint64 {
	return map[string]func(*counters) *[timeBuckets]uint64{
		"/gc/pauses:seconds":                   func(c *counters) *[timeBuckets]uint64 { return &c.gcTotal },
		"/sched/latencies:seconds":             func(c *counters) *[timeBuckets]uint64 { return &c.latencies },
		"/sched/pauses/stopping/gc:seconds":    func(c *counters) *[timeBuckets]uint64 { return &c.gcStopping },
		"/sched/pauses/stopping/other:seconds": func(c *counters) *[timeBuckets]uint64 { return &c.otherStopping },
		"/sched/pauses/total/gc:seconds":       func(c *counters) *[timeBuckets]uint64 { return &c.gcTotal },
		"/sched/pauses/total/other:seconds":    func(c *counters) *[timeBuckets]uint64 { return &c.otherTotal },
	}
}

// lockMetrics takes the lock; the tables are there afterwards.
func lockMetrics() {
	metricsLock.lock()
	if metrics == nil {
		initMetrics()
	}
}

//go:linkname readMetrics runtime/metrics.runtime_readMetrics
func readMetrics(samples unsafe.Pointer, n, capacity int) {
	lockMetrics()
	var c counters
	readcounters(&c, unsafe.Sizeof(c))
	for i := range unsafe.Slice((*metricSample)(samples), n) {
		sample := (*metricSample)(add(samples, uintptr(i)*unsafe.Sizeof(metricSample{})))
		if read := metrics[sample.name]; read != nil {
			read(&c, &sample.value)
		} else {
			sample.value.kind = metricBad
		}
	}
	metricsLock.unlock()
}

//go:linkname readMetricNames runtime/metrics_test.runtime_readMetricNames
func readMetricNames() []string {
	lockMetrics()
	names := make([]string, 0, len(metrics))
	for name := range metrics {
		names = append(names, name)
	}
	metricsLock.unlock()
	return names
}
