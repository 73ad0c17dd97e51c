// Pointers kept in the Data fields of reflect's headers: objects stay alive, and are no part of a frame that is gone.
package main

import (
	"fmt"
	"reflect"
	"runtime"
	"unsafe"
)

//go:noinline
func slice(n byte) []byte {
	var local [64]byte
	for i := range local {
		local[i] = n + byte(i)
	}
	var s []byte
	h := (*reflect.SliceHeader)(unsafe.Pointer(&s))
	h.Data = uintptr(unsafe.Pointer(&local))
	h.Len, h.Cap = len(local), len(local)
	return s
}

//go:noinline
func text(bytes []byte) (s string) {
	copied := append([]byte(nil), bytes...)
	(*reflect.StringHeader)(unsafe.Pointer(&s)).Data = uintptr(unsafe.Pointer(unsafe.SliceData(copied)))
	(*reflect.StringHeader)(unsafe.Pointer(&s)).Len = len(copied)
	return s
}

//go:noinline
func first(s []byte) *byte {
	h := (*reflect.SliceHeader)(unsafe.Pointer(&s))
	return (*byte)(unsafe.Pointer(h.Data))
}

//go:noinline
func deep(n int) int {
	var a [256]int
	for i := range a {
		a[i] = n
	}
	if n == 0 {
		return a[7]
	}
	return deep(n-1) + a[n]
}

func main() {
	s, t := slice(1), text([]byte("kept alive"))
	p := first(slice(100))
	deep(50)
	for range 3 {
		runtime.GC()
		_ = make([]byte, 1<<20)
	}
	fmt.Println(s[0], s[63], t, *p)
}
