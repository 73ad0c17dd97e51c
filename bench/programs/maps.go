// Maps with integer and string keys: insert, look up, delete, iterate.
package main

import (
	"fmt"
	"strconv"
)

func main() {
	const n = 500_000
	ints, sum := map[int]int{}, 0
	for i := range n {
		ints[i*7919] = i
	}
	for range 5 {
		for i := range n {
			sum += ints[i*7919]
		}
	}
	for i := 0; i < n; i += 3 {
		delete(ints, i*7919)
	}
	for k, v := range ints {
		sum += k ^ v
	}
	names := make([]string, 100_000)
	for i := range names {
		names[i] = "key" + strconv.Itoa(i)
	}
	strs := map[string]int{}
	for range 10 {
		for i, s := range names {
			strs[s] += i
		}
	}
	fmt.Println(sum, len(ints), len(strs), strs["key99999"])
}
