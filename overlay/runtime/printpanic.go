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
	printpanics(p)
	if p.sig != 0 {
		print("[signal ", signalName(p.sig), " code=", hex(p.sigcode), " addr=", hex(p.sigaddr), " pc=", hex(p.sigpc), "]\n")
	}
	dieAfterPanic()
}

// startDying serialises goroutines that die at the same time: the first one prints, the others wait for ever.
func startDying()

// dieAfterPanic prints the traces that GOTRACEBACK asks for, and exits with code 2.
func dieAfterPanic()

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
		case error:
			throw(text + ": " + r.Error())
		default:
			throw(text + ": type " + typeString(efaceOf(&r).typ))
		}
	}()
	for ; p != nil; p = p.link {
		switch v := p.arg.(type) {
		case error:
			p.arg = printedString{v.Error(), false}
		case stringer:
			p.arg = printedString{v.String(), false}
		}
	}
}

type stringer interface{ String() string }

// A printedString stands for a panic value whose text is known.
type printedString struct {
	s       string
	goexits bool
}

func printpanics(p *_panic) {
	if p.link != nil {
		printpanics(p.link)
		if !p.link.goexit && !p.link.repanicked {
			print("\t")
		}
	}
	if p.goexit || p.repanicked && false {
		return
	}
	if p.link != nil && p.link.repanicked {
		// The same value again: it was printed with the first panic.
		return
	}
	print("panic: ")
	printpanicval(p.arg)
	if p.repanicked {
		print(" [recovered, repanicked]")
	} else if p.recovered {
		print(" [recovered]")
	}
	print("\n")
}

func printpanicval(v any) {
	switch v := v.(type) {
	case nil:
		print("nil")
	case printedString:
		printindented(v.s)
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
