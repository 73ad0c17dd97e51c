// slices, maps, sort and cmp.
package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
)

type person struct {
	name string
	age  int
}

func main() {
	x := []int{5, 2, 8, 1, 9, 3}
	y := slices.Clone(x)
	slices.Sort(y)
	i, ok := slices.BinarySearch(y, 8)
	fmt.Println(x, y, i, ok, slices.Max(x), slices.Min(x), slices.Index(x, 8), slices.Contains(x, 4))
	_ = slices.Reverse[[]int]
	people := []person{{"Al", 30}, {"Bo", 25}, {"Cy", 30}, {"Di", 25}}
	slices.SortStableFunc(people, func(a, b person) int { return cmp.Compare(a.age, b.age) })
	fmt.Println(people)
	slices.SortFunc(people, func(a, b person) int {
		return cmp.Or(-cmp.Compare(a.age, b.age), strings.Compare(a.name, b.name))
	})
	fmt.Println(people)
	fmt.Println(slices.Insert(y, 2, 100, 200), slices.Delete(slices.Clone(y), 1, 3), slices.Compact([]int{1, 1, 2, 2, 1}), slices.Equal(x, y))
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	keys := slices.Sorted(maps.Keys(m))
	values := slices.Sorted(maps.Values(m))
	fmt.Println(keys, values, maps.Equal(m, maps.Clone(m)))
	for c := range slices.Chunk(y, 4) {
		fmt.Print(c)
	}
	for i, v := range slices.Backward(y) {
		fmt.Print(i, v, " ")
	}
	fmt.Println(slices.Collect(slices.Values(y)), slices.Repeat([]int{1, 2}, 3), slices.Concat(x, y))
	z := make([]int, 10000)
	seed := uint32(1)
	for i := range z {
		seed = seed*1664525 + 1013904223
		z[i] = int(seed >> 8)
	}
	w := slices.Clone(z)
	sort.Ints(z)
	sort.Sort(sort.Reverse(sort.IntSlice(w)))
	slices.Reverse(w)
	fmt.Println(slices.IsSorted(z), slices.Equal(z, w), z[0], z[9999], sort.SearchInts(z, z[5000]))
	sort.Slice(people, func(i, j int) bool { return people[i].name > people[j].name })
	fmt.Println(people)
}
