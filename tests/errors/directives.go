package main

import _ "embed"

//go:noinline
type T struct{}

//go:nosplit
var v int

//go:noinline
const c = 1

//go:embed directives.go
func f() {}

//go:embed directives.go
var a, b string

//go:embed directives.go
var d = "x"

//go:noescape
func g(p *int) {}

//go:systemstack
func h() {}

func noBody()

func main() {
	//go:embed directives.go
	var s string
	_ = s
	//go:noinline
	x := 1
	_ = x
}

// WANT `//go:systemstack only allowed in runtime`
// WANT `misplaced compiler directive`
