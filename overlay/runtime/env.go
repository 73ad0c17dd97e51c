package runtime

import "unsafe"

// procargs gives the kernel's argument vector; the environment follows its nil.
func procargs() (argc int, argv **byte)

func argvAt(argv **byte, i int) *byte {
	return *(**byte)(add(unsafe.Pointer(argv), uintptr(i)*8))
}

func cstring(p *byte) string {
	n := 0
	for *(*byte)(add(unsafe.Pointer(p), uintptr(n))) != 0 {
		n++
	}
	return unsafe.String(p, n)
}

var argslice, envslice []string

//go:linkname os_runtime_args os.runtime_args
func os_runtime_args() []string {
	if argslice == nil {
		argc, argv := procargs()
		for i := 0; i < argc; i++ {
			argslice = append(argslice, cstring(argvAt(argv, i)))
		}
	}
	return append([]string{}, argslice...)
}

//go:linkname syscall_runtime_envs syscall.runtime_envs
func syscall_runtime_envs() []string { return append([]string{}, environ()...) }

func environ() []string {
	if envslice == nil {
		envslice = []string{}
		argc, argv := procargs()
		for i := argc + 1; argvAt(argv, i) != nil; i++ {
			envslice = append(envslice, cstring(argvAt(argv, i)))
		}
	}
	return envslice
}

// envValue is the value of a variable at start, or as changed by os.Setenv.
func envValue(key string) string {
	for _, s := range environ() {
		if len(s) > len(key) && s[len(key)] == '=' && s[:len(key)] == key {
			return s[len(key)+1:]
		}
	}
	return ""
}

//go:linkname syscall_runtimeSetenv syscall.runtimeSetenv
func syscall_runtimeSetenv(key, value string) {
	if key == "GODEBUG" {
		godebugChanged(value)
	}
}

//go:linkname syscall_runtimeUnsetenv syscall.runtimeUnsetenv
func syscall_runtimeUnsetenv(key string) {
	if key == "GODEBUG" {
		godebugChanged("")
	}
}

//go:linkname syscall_runtimeClearenv syscall.runtimeClearenv
func syscall_runtimeClearenv(env map[string]int) {
	if _, ok := env["GODEBUG"]; ok {
		godebugChanged("")
	}
}

//go:linkname syscall_Exit syscall.Exit
func syscall_Exit(code int) { exit(int32(code)) }

//go:linkname syscall_Getpagesize syscall.Getpagesize
func syscall_Getpagesize() int { return 4096 }

//go:linkname os_sigpipe os.sigpipe
func os_sigpipe() { dieBySigpipe() }

func dieBySigpipe()

//go:linkname getAuxv
func getAuxv() []uintptr { return auxv() }

func auxv() []uintptr {
	argc, argv := procargs()
	i := argc + 1
	for argvAt(argv, i) != nil {
		i++
	}
	base := add(unsafe.Pointer(argv), uintptr(i+1)*8)
	n := 0
	for *(*uintptr)(add(base, uintptr(n)*8)) != 0 {
		n += 2
	}
	return append([]uintptr{}, unsafe.Slice((*uintptr)(base), n)...)
}
