package main

import _ "unsafe"

//go:linkname a b c

//go:linkname

func main() {}

// WANT `usage: //go:linkname localname \[linkname\]`
