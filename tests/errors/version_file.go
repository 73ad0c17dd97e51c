//go:build go1.21

package main

func main() {
	for i := range 3 { // ERROR `cannot range over 3 \(untyped int constant\): requires go1\.22 or later \(`
		_ = i
	}
}
