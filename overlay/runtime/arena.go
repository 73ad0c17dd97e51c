package runtime

import (
	"internal/abi"
	"unsafe"
)

const (
	// Bytes of a chunk.
	arenaChunkBytes = 512 << 10
	// What is larger than this is made on the heap, as if there were no arena.
	arenaMaxBytes = arenaChunkBytes / 4
)

// A userArena is what package arena calls an arena: chunks that are filled one after the other and freed together.
type userArena struct {
	chunks []unsafe.Pointer
	used   uintptr // bytes of the last chunk
}

func arenaChunk(bytes uintptr) unsafe.Pointer

// arenaFree frees n chunks; arenaSeal sees to it that they cannot be accessed.
func arenaFree(chunks *unsafe.Pointer, n int)
func arenaSeal()

func inArena(address uintptr) bool

//go:linkname arena_newArena arena.runtime_arena_newArena
func arena_newArena() unsafe.Pointer { return unsafe.Pointer(&userArena{used: arenaChunkBytes}) }

//go:linkname arena_New arena.runtime_arena_arena_New
func arena_New(arena unsafe.Pointer, typ any) any {
	t := (*abi.Type)(efaceOf(&typ).data)
	if abi.Kind(t.Kind_) != abi.Pointer {
		throw("arena_New: non-pointer type")
	}
	elem := (*abi.PtrType)(unsafe.Pointer(t)).Elem
	var result any
	*efaceOf(&result) = eface{t, (*userArena)(arena).alloc(elem, 1)}
	return result
}

//go:linkname arena_Slice arena.runtime_arena_arena_Slice
func arena_Slice(arena unsafe.Pointer, sl any, cap int) {
	if cap < 0 {
		panic("userArena.slice: negative cap")
	}
	e := efaceOf(&sl)
	if abi.Kind(e.typ.Kind_) != abi.Pointer {
		panic("slice result of non-ptr type")
	}
	t := (*abi.PtrType)(unsafe.Pointer(e.typ)).Elem
	if abi.Kind(t.Kind_) != abi.Slice {
		panic("slice of non-ptr-to-slice type")
	}
	elem := (*abi.SliceType)(unsafe.Pointer(t)).Elem
	*(*[]byte)(e.data) = unsafe.Slice((*byte)((*userArena)(arena).alloc(elem, uintptr(cap))), cap)
}

//go:linkname arena_Free arena.runtime_arena_arena_Free
func arena_Free(arena unsafe.Pointer) {
	a := (*userArena)(arena)
	if len(a.chunks) > 0 {
		arenaFree(unsafe.SliceData(a.chunks), len(a.chunks))
		arenaSeal()
	}
	*a = userArena{used: arenaChunkBytes}
}

// alloc makes n values of type t.
func (a *userArena) alloc(t *abi.Type, n uintptr) unsafe.Pointer {
	if a == nil {
		panicmem(0)
	}
	if t.Size_ != 0 && n > arenaMaxBytes/t.Size_ {
		return newarray(t, int(n))
	}
	size := n * t.Size_
	if size == 0 {
		return newobject(t)
	}
	align := uintptr(t.Align_)
	if t.Pointers() {
		align = 8
	}
	at := (a.used + align - 1) &^ (align - 1)
	if at+size > arenaChunkBytes {
		a.chunks = append(a.chunks, arenaChunk(arenaChunkBytes))
		at = 0
	}
	a.used = at + size
	return unsafe.Add(a.chunks[len(a.chunks)-1], at)
}

//go:linkname arena_heapify arena.runtime_arena_heapify
func arena_heapify(s any) any {
	e := efaceOf(&s)
	kind := abi.Kind(e.typ.Kind_)
	at := e.data
	switch kind {
	case abi.String, abi.Slice:
		at = *(*unsafe.Pointer)(e.data)
	case abi.Pointer:
	default:
		panic("arena: Clone only supports pointers, slices, and strings")
	}
	if !inArena(uintptr(at)) {
		return s
	}
	var x any
	switch kind {
	case abi.String:
		x = string([]byte(s.(string)))
	case abi.Slice:
		n := len(*(*[]byte)(e.data))
		elem := (*abi.SliceType)(unsafe.Pointer(e.typ)).Elem
		copied := newarray(elem, n)
		for i := range uintptr(n) {
			typedmemmove(elem, unsafe.Add(copied, i*elem.Size_), unsafe.Add(at, i*elem.Size_))
		}
		header := new([]byte)
		*header = unsafe.Slice((*byte)(copied), n)
		*efaceOf(&x) = eface{e.typ, unsafe.Pointer(header)}
	case abi.Pointer:
		elem := (*abi.PtrType)(unsafe.Pointer(e.typ)).Elem
		copied := newobject(elem)
		typedmemmove(elem, copied, at)
		*efaceOf(&x) = eface{e.typ, copied}
	}
	return x
}
