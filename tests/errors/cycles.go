package main

type A struct{ b B } // ERROR `invalid recursive type A`

type B struct{ a [2]A }

type I interface{ J } // ERROR `invalid recursive type I`

type J interface{ I }

type T T // ERROR `invalid recursive type: T refers to itself`

var x = y // ERROR `initialization cycle for x`

var y = f()

func f() int { return x }

const c = d // ERROR `initialization cycle for c`

const d = c

type L [len(l)]int // ERROR `invalid recursive type L`

var l L

func main() {}
