package main

//go:embed nofile.txt
var s string

import _ "embed" // ERROR `syntax error: imports must appear before other declarations`

func main() {}
