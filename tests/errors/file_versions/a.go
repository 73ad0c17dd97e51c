//go:build go1.20

package main

func main() {
	for i := range 10 { // ERROR `cannot range over 10 \(untyped int constant\): requires go1\.22 or later \(-lang was set to go1\.21; check go\.mod\)`
		_ = i
	}
	_ = min(1, 2)
	p := new(3) // ERROR `new\(3\) requires go1\.26 or later \(-lang was set to go1\.21; check go\.mod\)`
	_ = p
}
