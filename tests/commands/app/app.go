// Command app prints what a build can set: strings, names of files, information about the build.
package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"example.com/commands/lib"
)

var (
	a string
	b = "const"
	c = strings.ToUpper("x")
	d = b
	n int
)

var early = show()

func show() string { return c + "|" + a }

func main() {
	fmt.Printf("%q %q %q %q %q %q %q\n", a, b, c, d, early, lib.Set, lib.Unset)
	fmt.Println(n, runtime.GOROOT() != "", runtime.Version())
	_, file, line, _ := runtime.Caller(0)
	fmt.Println(file, line)
	fmt.Println(lib.Where())
	lib.Std(func() {
		_, file, _, _ := runtime.Caller(1)
		fmt.Println(file)
	})
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key[0] == '-' {
			fmt.Println(s.Key, s.Value)
		}
	}
}
