// Elements of maps that are changed in place: which exist afterwards, and what is in them, whatever happens on the way.
package main

import "fmt"

type key struct {
	s string
	n int
}

func try[K comparable, V any](what string, m map[K]V, f func()) {
	defer func() { fmt.Println(what, "len", len(m), m, recover()) }()
	f()
}

func main() {
	words := map[string]int{}
	for _, w := range []string{"a", "b", "a", "c", "a", "b"} {
		words[w]++
	}
	words["d"]--
	words["a"] <<= 3
	words["b"] |= 8
	words["e"] &^= 1
	fmt.Println(words)

	texts := map[int]string{}
	for i := range 200 {
		texts[i%7] += string(rune('a' + i%26))
	}
	fmt.Println(texts)

	floats := map[key]float64{}
	for i := range 1000 {
		floats[key{"k", i % 3}] += float64(i) / 2
	}
	fmt.Println(floats)

	var null *int
	zero, minus := 0, -1
	var none map[string]int
	m := map[string]int{}
	try("division", m, func() { m["division"] /= zero })
	try("remainder", m, func() { m["remainder"] %= zero })
	try("shift", m, func() { m["shift"] <<= minus })
	try("nil", m, func() { m["nil"] += *null })
	try("nil map", none, func() { none["x"]++ })
	try("quotient", m, func() { m["quotient"] += 1 / zero })
	index := []int{}
	try("index", m, func() { m["index"] += index[zero] })
	try("call", m, func() { m["call"] += func() int { m["in call"] = 5; delete(m, "call"); return 7 }() })
	try("panics", m, func() { m["panics"] += func() int { panic("no") }() })
	try("itself", m, func() { m["itself"] += m["itself"] + m["in call"] })
	try("shift by call", m, func() { m["shift by call"] <<= func() int { m["itself"]++; return 1 }() })

	// The right side makes the map grow.
	grown := map[int]int{}
	try("grows", map[int]int{}, func() {
		grown[0] += func() int {
			for i := range 1000 {
				grown[i] = i
			}
			return 5
		}()
	})
	fmt.Println(len(grown), grown[0], grown[999])

	var faces = map[any]int{}
	try("interface", faces, func() { faces[[]int{}]++ })
	faces[1.5]++
	faces["x"] += 2
	fmt.Println(len(faces), faces[1.5], faces["x"])
}
