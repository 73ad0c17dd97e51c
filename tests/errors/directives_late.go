package main

import _ "embed"

//go:noinline
type T struct{}

//go:nosplit
var v int

//go:embed directives_late.go
func f() {}

//go:embed directives_late.go
var a, b string

//go:embed directives_late.go
var d = "x"

//go:noescape
func g(p *int) {} // ERROR `can only use //go:noescape with external func implementations`

func noBody() // ERROR `missing function body`

func main() {
	//go:embed directives_late.go
	var s string
	_ = s
}

// WANT `misplaced compiler directive`
// WANT `misplaced compiler directive`
// WANT `misplaced go:embed directive`
// WANT `go:embed cannot apply to multiple vars`
// WANT `go:embed cannot apply to var with initializer`
// WANT `go:embed cannot apply to var inside func`
