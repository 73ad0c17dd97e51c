// Assertions that panic do so in the order of calls, before what panics in a plain read; operands of a place too.
package main

import "fmt"

type S struct{ f int }

func try(name string, f func()) {
	defer func() { fmt.Println(name, recover()) }()
	f()
}

var arr [3]int
var x = 1

func change() int {
	x = 7
	fmt.Println("called")
	return 1
}

func main() {
	var v any = S{1}
	m := map[[2]uint8]bool{}
	ints := map[string]int{}
	s := []int{1, 2}
	var sl []int
	var ps *S
	i := 5
	var local [3]int
	try("key and value", func() { m[v.([2]uint8)] = v.(bool) })
	try("key and value of op", func() { ints[v.(string)] += v.(int) })
	try("key bound", func() { ints[[]string{}[i]] = v.(int) })
	try("slice, index", func() { s[v.(int)] = v.(S).f + s[i] })
	try("slice, value", func() { s[i] = v.(int) })
	try("nil slice", func() { sl[0] = v.(int) })
	try("array, index", func() { arr[v.(int)] = s[i] })
	try("local array, index", func() { local[v.(int)] = s[i] })
	try("pointer", func() { ps.f = v.(int) })
	try("pointer in assertion", func() { *v.(*int) = v.(int) })
	try("sum", func() { fmt.Println(s[i] + v.(int)) })
	try("literal", func() { fmt.Println([]any{s[i], v.(int)}) })
	try("map literal", func() { fmt.Println(map[string]int{v.(string): s[i]}) })
	try("send", func() { v.(chan int) <- v.(int) })
	try("nil map", func() { var nm map[string]int; nm[v.(string)] = v.(int) })
	try("comma ok", func() { n, ok := v.(int); fmt.Println(s[n]+1, ok) })
	try("call in index", func() { arr[change()] = x; fmt.Println(arr, x) })
	x = 1
	try("call in index, bound", func() { local[change()] = s[i] })
	x = 1
	try("call in key", func() { mm := map[int]int{}; mm[change()] = x; fmt.Println(mm) })
	x = 1
	try("call in pointer", func() { *func() *int { change(); return &arr[2] }() = x; fmt.Println(arr) })
	fmt.Println(len(m), len(ints), local)
}
