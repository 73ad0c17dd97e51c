package main

import "fmt"

//go:build linux

// +build linux

//go:build !windows
func f() {}

//go:debug x=y

func main() {
	//go:build linux
	fmt.Println()
	//go:noinline
	f()
	//line
	//go:nosplit
}

//go:notinheap
type T struct{}

//go:generate foo
//go:uintptrescapes
type U int

//go:norace
var x int

//go:systemstack
func g() {}

//go:nowritebarrier
func h() {}

//go:yeswritebarrierrec
func i() {}

//go:cgo_export_static foo
func j() {}

//go:wasmimport a b
func k()

//go:wasmexport kk
func l() {}

//go:noescape
func m()

//go:uintptrkeepalive
func n(uintptr)

// WANT `misplaced compiler directive`
// WANT `//go:systemstack only allowed in runtime`
// WANT `//go:nowritebarrier only allowed in runtime`
// WANT `//go:yeswritebarrierrec only allowed in runtime`
// WANT `//go:cgo_export_static foo only allowed in cgo-generated code`
// WANT `//go:uintptrkeepalive is only allowed in the standard library`
