package runtime

import "unsafe"

func bytesAt(p *byte, n int) string {
	if n == 0 {
		return ""
	}
	return unsafe.String(p, n)
}

// modinfoText is the build information that the compiler recorded.
func modinfoText() (p *byte, n int)

//go:linkname debug_modinfo runtime/debug.modinfo
func debug_modinfo() string { return bytesAt(modinfoText()) }

//go:linkname setPanicOnFault runtime/debug.setPanicOnFault
func setPanicOnFault(on bool) (old bool) {
	gp := getg()
	old = gp.flags&flagPanicOnFault != 0
	gp.flags &^= flagPanicOnFault
	if on {
		gp.flags |= flagPanicOnFault
	}
	return old
}

//go:linkname setTraceback runtime/debug.SetTraceback
func setTraceback(level string) { settraceback(unsafe.StringData(level), len(level)) }

func settraceback(p *byte, n int)

//go:linkname readGCStats runtime/debug.readGCStats
func readGCStats(pauses *[]uint64) {
	var m MemStats
	ReadMemStats(&m)
	p := (*pauses)[:0]
	n := int(m.NumGC)
	if n > len(m.PauseNs) {
		n = len(m.PauseNs)
	}
	last := int(m.NumGC)
	for i := 0; i < n; i++ {
		p = append(p, m.PauseNs[(last-1-i)%256])
	}
	for i := 0; i < n; i++ {
		p = append(p, m.PauseEnd[(last-1-i)%256])
	}
	p = append(p, m.LastGC, uint64(m.NumGC), m.PauseTotalNs)
	*pauses = p
}

//go:linkname freeOSMemory runtime/debug.freeOSMemory
func freeOSMemory() {
	GC()
	scavengeAll()
}

func scavengeAll()
