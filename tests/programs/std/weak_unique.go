// unique handles, weak pointers of living objects, cleanups that must not run early, KeepAlive, iter over maps.
package main

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"unique"
	"weak"
)

func main() {
	a, b := unique.Make("x"+fmt.Sprint(1)), unique.Make("x1")
	fmt.Println(a == b, a.Value(), unique.Make(2) == unique.Make(3))
	p := new([4]int)
	p[3] = 7
	w := weak.Make(p)
	runtime.GC()
	fmt.Println(w.Value() == p, w.Value()[3], weak.Make(p) == w)
	ran := make(chan bool, 1)
	runtime.AddCleanup(p, func(n int) { ran <- true }, 1)
	runtime.GC()
	select {
	case <-ran:
		fmt.Println("too early")
	default:
	}
	runtime.KeepAlive(p)
	m := maps.Collect(slices.All([]string{"a", "b"}))
	fmt.Println(m, len(slices.Collect(maps.Keys(m))))
	var pin runtime.Pinner
	pin.Pin(p)
	pin.Unpin()
	fmt.Println(runtime.Version() != "", runtime.GOOS, runtime.GOARCH, runtime.Compiler)
}
