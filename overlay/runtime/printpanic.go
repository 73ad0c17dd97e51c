package runtime

import (
	"internal/abi"
)

// fatalpanic prints the chain of panics and the goroutine, and exits with code 2.
func fatalpanic(p *_panic) {
	getg().defers = nil
	if e, ok := p.arg.(synctestDeadlockError); ok {
		bubbleDying(e.bubble)
	}
	preparePanics(p)
	startDying()
	runningPanics.Add(-1)
	printpanics(p)
	printsignal(p)
	dieAfterPanic()
}

// fatal prints the panics under way, whose values are shown as they are since no more of the program shall run, the
// text, and the goroutine, and exits with code 2.
func fatal(s string) {
	p := getg().panics
	startDying()
	for q := p; q != nil; q = q.link {
		markRepanic(q)
	}
	if p != nil {
		printpanics(p)
		print("\t")
	}
	print("fatal error: ")
	printindented(s)
	print("\n")
	printsignal(p)
	dieAfterFatal()
}

// startDying serialises goroutines that die at the same time: the first one prints, the others wait for ever.
func startDying()

// dieAfterPanic prints the traces that GOTRACEBACK asks for, and exits with code 2.
func dieAfterPanic()

// dieAfterFatal does the same where no panic is the cause.
func dieAfterFatal()

// printsignal describes the last signal behind the panics under way, if there is one.
func printsignal(p *_panic) {
	for ; p != nil; p = p.link {
		if p.sig != 0 {
			print("[signal ", signalName(p.sig), " code=", hex(p.sigcode), " addr=", hex(p.sigaddr), " pc=", hex(p.sigpc), "]\n")
			return
		}
	}
}

func signalName(sig uintptr) string {
	switch sig {
	case 7:
		return "SIGBUS: bus error"
	case 8:
		return "SIGFPE: floating-point exception"
	case 11:
		return "SIGSEGV: segmentation violation"
	}
	return "SIG" + utoa(uint64(sig))
}

// preparePanics calls the Error and String methods of panic values while the program can still run.
func preparePanics(p *_panic) {
	defer func() {
		text := "panic while printing panic value"
		switch r := recover().(type) {
		case nil:
		case string:
			throw(text + ": " + r)
		default:
			throw(text + ": type " + typeString(efaceOf(&r).typ))
		}
	}()
	for ; p != nil; p = p.link {
		if markRepanic(p) {
			continue
		}
		switch v := p.arg.(type) {
		case error:
			p.arg = v.Error()
		case stringer:
			p.arg = v.String()
		}
	}
}

// markRepanic notes that p was raised with the very value of the panic before it, which is then printed once.
func markRepanic(p *_panic) bool {
	if p.link == nil || *efaceOf(&p.link.arg) != *efaceOf(&p.arg) {
		return false
	}
	p.link.repanicked = true
	return true
}

type stringer interface{ String() string }

func printpanics(p *_panic) {
	if p.link != nil {
		printpanics(p.link)
		if p.link.repanicked {
			return
		}
		if !p.link.goexit {
			print("\t")
		}
	}
	if p.goexit {
		return
	}
	print("panic: ")
	printpanicval(p.arg)
	if p.recovered {
		if p.repanicked {
			print(" [recovered, repanicked]")
		} else {
			print(" [recovered]")
		}
	}
	print("\n")
}

func printpanicval(v any) {
	switch v := v.(type) {
	case nil:
		print("nil")
	case bool:
		print(v)
	case int:
		print(v)
	case int8:
		print(v)
	case int16:
		print(v)
	case int32:
		print(v)
	case int64:
		print(v)
	case uint:
		print(v)
	case uint8:
		print(v)
	case uint16:
		print(v)
	case uint32:
		print(v)
	case uint64:
		print(v)
	case uintptr:
		print(v)
	case float32:
		print(v)
	case float64:
		print(v)
	case complex64:
		print(v)
	case complex128:
		print(v)
	case string:
		printindented(v)
	default:
		printanycustomtype(v)
	}
}

// printindented prints text with a tab behind each end of line, so that it cannot pass for a traceback.
func printindented(s string) {
	start := 0
	for i := 0; i < len(s); i++ {
		if s[i] == '\n' {
			print(s[start:i+1], "\t")
			start = i + 1
		}
	}
	print(s[start:])
}

// printanycustomtype prints values of defined basic types with the type's name, others as type and address.
func printanycustomtype(v any) {
	e := efaceOf(&v)
	name := typeString(e.typ)
	p := e.data
	switch abi.Kind(e.typ.Kind_) {
	case abi.Bool:
		print(name, "(", *(*bool)(p), ")")
	case abi.Int, abi.Int64:
		print(name, "(", *(*int64)(p), ")")
	case abi.Int8:
		print(name, "(", *(*int8)(p), ")")
	case abi.Int16:
		print(name, "(", *(*int16)(p), ")")
	case abi.Int32:
		print(name, "(", *(*int32)(p), ")")
	case abi.Uint, abi.Uint64, abi.Uintptr:
		print(name, "(", *(*uint64)(p), ")")
	case abi.Uint8:
		print(name, "(", *(*uint8)(p), ")")
	case abi.Uint16:
		print(name, "(", *(*uint16)(p), ")")
	case abi.Uint32:
		print(name, "(", *(*uint32)(p), ")")
	case abi.Float32:
		print(name, "(", *(*float32)(p), ")")
	case abi.Float64:
		print(name, "(", *(*float64)(p), ")")
	case abi.Complex64:
		print(name, *(*complex64)(p))
	case abi.Complex128:
		print(name, *(*complex128)(p))
	case abi.String:
		print(name, `("`)
		printindented(*(*string)(p))
		print(`")`)
	default:
		print("(", name, ") ", p)
	}
}
