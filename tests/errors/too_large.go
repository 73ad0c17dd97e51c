package main

type Big [1 << 40]byte

type Huge [1 << 50]int // ERROR `type \[1125899906842624\]int larger than address space`

var v Big
var w *Huge

type Element [70000]byte

var c chan Element // ERROR `channel element type too large \(>64kB\)`
var c2 chan [65536]byte // ERROR `channel element type too large \(>64kB\)`
var c3 chan [65535]byte
var again chan Element // ERROR `channel element type too large \(>64kB\)`

func main() {
	var y *[1 << 62]int // ERROR `type \[4611686018427387904\]int larger than address space`
	_ = y
	ch := make(chan struct{ v [70000]byte }) // ERROR `channel element type too large \(>64kB\)`
	_ = ch
}
