// make, append, copy, slicing with three indices, aliasing, clear, arrays as values, slice to array.
package main

import "fmt"

//go:noinline
func id[T any](x T) T { return x }

type point struct{ x, y int }

func main() {
	var nilSlice []int
	fmt.Println(nilSlice == nil, len(nilSlice), cap(nilSlice), append(nilSlice, nilSlice...) == nil, nilSlice[:0] == nil, nilSlice[0:] == nil)
	s := make([]int, 3, 10)
	t := append(s, 1)
	u := append(s, 2)
	fmt.Println(s, t, u, len(t), cap(t))
	v := s[1:2:3]
	w := append(v, 9, 9)
	fmt.Println(v, w, len(v), cap(v), s)
	for i := range 5 {
		s = append(s, i*i)
	}
	fmt.Println(s, copy(s, s[4:]), s)
	copy(s[2:], s)
	fmt.Println(s)
	a := [5]int{1, 2, 3, 4, 5}
	b := a
	b[0] = 100
	p := &a
	p[1] = 200
	for i, x := range a {
		a[4] = 99
		fmt.Print(i, "=", x, " ")
	}
	for i, x := range &a {
		a[4] = i
		fmt.Print(x, " ")
	}
	fmt.Println(a, b, a == b, a != [5]int{}, len(p), p[1:3])
	arr := [3]int(a[:3])
	ptr := (*[2]int)(a[1:])
	ptr[0] = -1
	fmt.Println(arr, *ptr, a)
	clear(a[1:3])
	fmt.Println(a)
	grid := make([][]point, 3)
	for i := range grid {
		grid[i] = make([]point, i+1)
		for j := range grid[i] {
			grid[i][j] = point{i, j}
		}
	}
	fmt.Println(grid, [...]string{2: "c", 0: "a", 5: "f"}, []int{9: 1}, [2][2]int{{1, 2}, {3}})
	caps := []int{}
	last := -1
	var g []byte
	for i := 0; i < 100000; i++ {
		g = append(g, byte(i))
		if cap(g) != last {
			last = cap(g)
			if last > 32 { // gc begins on the stack, with 32 bytes
				caps = append(caps, last)
			}
		}
	}
	fmt.Println(caps)
	var q []point
	last = -1
	for i := range 5000 {
		q = append(q, point{i, i})
		if cap(q) != last {
			last = cap(q)
			if last > 4 {
				fmt.Print(last, " ")
			}
		}
	}
	fmt.Println(q[4999])
	var e []struct{}
	e = append(e, struct{}{}, struct{}{})
	fmt.Println(len(e), id([0]int{}) == [0]int{}, len(make([]int, id(0))))
	x := []string{"a", "b", "c"}
	x = append(x[:1], x[2:]...)
	fmt.Println(x, x[:3])
	f := append([]int(nil), id([]int{1, 2, 3})...)
	f = append(f[:1], append([]int{42}, f[1:]...)...)
	fmt.Println(f)
}
