package runtime

import _ "unsafe"

// godebugDefault holds the settings that the main module asks for.
func godebugDefault() (p *byte, n int)

func settracebacklabels(n uint)

var (
	godebugUpdate func(def, env string)
	godebugEnv    string
	godebugKnown  bool
	// panicnil: panic(nil) stays nil.
	panicnil bool
	// newIncNonDefault makes counters of settings that changed the runtime's behaviour.
	newIncNonDefault func(string) func()
	panicNilCounter  func()
)

func godebugText() string {
	if !godebugKnown {
		godebugEnv = envValue("GODEBUG")
		godebugKnown = true
	}
	return godebugEnv
}

//go:linkname godebug_setUpdate internal/godebug.setUpdate
func godebug_setUpdate(update func(string, string)) {
	godebugUpdate = update
	notifyGodebug()
}

func notifyGodebug() {
	def := godebugDefaultString()
	env := godebugText()
	panicnil = lastSetting("panicnil", def, env) == "1"
	if godebugUpdate != nil {
		godebugUpdate(def, env)
	}
}

func godebugChanged(env string) {
	godebugEnv = env
	godebugKnown = true
	// On unless a program that starts is told otherwise, off once it changes settings and does not name this one.
	if lastSetting("tracebacklabels", godebugDefaultString(), env) == "1" {
		settracebacklabels(1)
	} else {
		settracebacklabels(0)
	}
	notifyGodebug()
}

// lastSetting finds the value of a key in comma separated settings; env beats def, later beats earlier.
func lastSetting(key, def, env string) string {
	value := ""
	for _, text := range [...]string{def, env} {
		for len(text) > 0 {
			i := 0
			for i < len(text) && text[i] != ',' {
				i++
			}
			s := text[:i]
			if len(s) > len(key) && s[:len(key)] == key && s[len(key)] == '=' {
				value = s[len(key)+1:]
			}
			if i == len(text) {
				break
			}
			text = text[i+1:]
		}
	}
	return value
}

//go:linkname godebug_setNewIncNonDefault internal/godebug.setNewIncNonDefault
func godebug_setNewIncNonDefault(f func(string) func()) { newIncNonDefault = f }

func panicNilCount() {
	if panicNilCounter == nil && newIncNonDefault != nil {
		panicNilCounter = newIncNonDefault("panicnil")
	}
	if panicNilCounter != nil {
		panicNilCounter()
	}
}

func godebugDefaultString() string {
	p, n := godebugDefault()
	return bytesAt(p, n)
}
