// A pointer that is moved by arithmetic on its address, in one expression, keeps what it points at alive beyond the
// function that made it.
package main

import (
	"fmt"
	"reflect"
	"unsafe"
)

type two struct{ a, b int }

//go:noinline
func move(p unsafe.Pointer, n uintptr) unsafe.Pointer {
	return unsafe.Pointer(uintptr(p) + n)
}

//go:noinline
func second() *int {
	t := two{1, 7}
	return (*int)(move(unsafe.Pointer(&t), unsafe.Offsetof(t.b)))
}

//go:noinline
func here(n uintptr) *int {
	t := two{2, 8}
	return (*int)(unsafe.Pointer(n + uintptr(unsafe.Pointer(&t)) + 8 - n))
}

//go:noinline
func masked() *int {
	var t [4]int
	t[2] = 9
	p := unsafe.Pointer(&t[2])
	return (*int)(unsafe.Pointer((uintptr(p) + 7) &^ 7))
}

//go:noinline
func same() *two {
	return (*two)(unsafe.Pointer(uintptr(unsafe.Pointer(&two{3, 4}))))
}

//go:noinline
func field(n int) reflect.Value { return reflect.ValueOf(two{n, n + 1}).Field(1) }

var static any = reflect.ValueOf(struct{ i int }{5}).Field(0)

// clobber writes over the stack that calls have left.
//
//go:noinline
func clobber(n int) int {
	var a [200]int
	for i := range a {
		a[i] = n
	}
	return a[n]
}

func main() {
	a, b, c, d, e := second(), here(24), masked(), same(), field(10)
	clobber(3)
	fmt.Println(*a, *b, *c, *d, e.Int(), static.(reflect.Value).Int())
	s := []byte("words in memory")
	for i := range uintptr(5) {
		fmt.Print(string(*(*byte)(unsafe.Pointer(uintptr(unsafe.Pointer(&s[0])) + 3*i))), " ")
	}
	fmt.Println()
}
