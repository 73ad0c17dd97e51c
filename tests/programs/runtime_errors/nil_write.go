// exit: 2
// A nil pointer is written, in a method through an embedded pointer.
package main

type in struct{ n int }

func (i *in) inc() { i.n++ }

type out struct{ *in }

func main() { out{}.inc() }
