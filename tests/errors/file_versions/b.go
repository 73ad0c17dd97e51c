//go:build go1.22

package main

type A[P any] = []P // ERROR `generic type alias requires go1\.23 or later \(file declares //go:build go1\.22\)`

func g() {
	for i := range 10 {
		_ = i
	}
	for range g2 { // ERROR `cannot range over g2 \(value of type func\(yield func\(\) bool\)\): requires go1\.23 or later \(file declares //go:build go1\.22\)`
	}
}

func g2(yield func() bool) {}
