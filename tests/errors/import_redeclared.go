package main

import (
	"fmt" // ERROR `"fmt" imported and not used`
	"fmt" // ERROR `fmt redeclared in this block` `"fmt" imported and not used`
	os "strings" // ERROR `"strings" imported as os and not used`
)

var os = 1 // ERROR `os already declared through import of package strings \("strings"\)`

func fmt() {} // ERROR `fmt already declared through import of package fmt \("fmt"\)`

func main() {}
