// Maps of many key types: insert, look up, delete, iterate, clear, NaN keys, struct and interface keys.
package main

import (
	"fmt"
	"math"
	"sort"
)

type key struct {
	a int
	b string
	c [2]float64
}

func sum[K comparable](m map[K]int) (n, s int) {
	for _, v := range m {
		n++
		s += v
	}
	return
}

func main() {
	var none map[string]int
	fmt.Println(none["x"], len(none), none == nil)
	delete(none, "x")
	for range none {
		panic("no")
	}
	m := map[int]int{}
	for i := range 10000 {
		m[i*7] = i
	}
	for i := 0; i < 10000; i += 2 {
		delete(m, i*7)
	}
	fmt.Println(len(m), m[7], m[14], m[21])
	fmt.Println(sum(m))
	v, ok := m[14]
	fmt.Println(v, ok)
	strs := map[string]int{}
	for i := range 3000 {
		strs[fmt.Sprint("key", i%1000)] += i
	}
	fmt.Println(len(strs), strs["key999"])
	structs := map[key]int{{1, "x", [2]float64{1, 2}}: 5}
	structs[key{1, "x", [2]float64{1, 2}}]++
	structs[key{c: [2]float64{0, math.Copysign(0, -1)}}] = 1
	structs[key{}]++
	fmt.Println(len(structs), structs[key{1, "x", [2]float64{1, 2}}], structs[key{}])
	nan := map[float64]int{}
	for i := range 5 {
		nan[math.NaN()] = i
	}
	_, ok = nan[math.NaN()]
	fmt.Println(len(nan), ok)
	clear(nan)
	fmt.Println(len(nan))
	ifaces := map[any]int{1: 1, "1": 2, 1.0: 3, int8(1): 4, [1]int{1}: 5, struct{}{}: 6, true: 7, nil: 8}
	fmt.Println(len(ifaces), ifaces[1], ifaces["1"], ifaces[1.0], ifaces[int8(1)], ifaces[[1]int{1}], ifaces[struct{}{}], ifaces[true], ifaces[nil], ifaces[uint(1)])
	nested := map[string]map[string][]int{}
	for _, w := range []string{"ab", "ac", "bb", "ab"} {
		if nested[w[:1]] == nil {
			nested[w[:1]] = map[string][]int{}
		}
		nested[w[:1]][w] = append(nested[w[:1]][w], len(nested))
	}
	fmt.Println(nested)
	del := map[int]bool{}
	for i := range 100 {
		del[i] = true
	}
	n := 0
	for k := range del {
		delete(del, k)
		delete(del, k^1)
		n++
	}
	fmt.Println(n, len(del))
	grow := map[int]int{0: 0}
	seen := map[int]bool{}
	for k := range grow {
		if seen[k] {
			fmt.Println("twice", k)
		}
		seen[k] = true
		if len(grow) < 1000 {
			for i := range 50 {
				grow[len(grow)+i] = 1
			}
		}
	}
	fmt.Println(seen[0])
	order := map[int]bool{}
	big := map[int]int{}
	for i := range 100 {
		big[i] = i
	}
	for range 50 {
		for k := range big {
			order[k] = true
			break
		}
	}
	fmt.Println(len(order) > 1)
	type small struct{ b [3]byte }
	sm := map[small]string{{[3]byte{1, 2, 3}}: "x"}
	sm[small{}] += "y"
	fmt.Println(sm)
	bigv := map[int32][200]byte{5: {1: 7}}
	x := bigv[5]
	x[1]++
	bigv[6] = x
	fmt.Println(bigv[5][1], bigv[6][1], bigv[7][1], len(bigv))
	ptrs := map[*int]int{}
	a, b := new(int), new(int)
	ptrs[a], ptrs[b] = 1, 2
	fmt.Println(ptrs[a], ptrs[b], ptrs[nil])
	cnt := map[rune]int{}
	for _, r := range "hello world" {
		cnt[r]++
	}
	var rs []int
	for r := range cnt {
		rs = append(rs, int(r))
	}
	sort.Ints(rs)
	fmt.Println(rs, cnt)
}
