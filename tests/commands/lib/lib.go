// Package lib is no program.
package lib

import (
	"runtime"
	"slices"
)

var (
	// Set has a value.
	Set = "value"
	// Unset has none.
	Unset string
)

// Where is the file this is in.
func Where() string {
	_, file, _, _ := runtime.Caller(0)
	return file
}

// Std calls f from the standard library.
func Std(f func()) {
	slices.IndexFunc([]int{1}, func(int) bool { f(); return true })
}
