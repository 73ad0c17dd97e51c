package main

import _ "embed"

//go:embed nosuch
var a string

//go:embed .
var b string

//go:embed "embed2.go" `embed1.go` "x\"y"
var c string

func main() {}

// WANT `embed_patterns\.go:8:12: pattern \.: invalid pattern syntax`
