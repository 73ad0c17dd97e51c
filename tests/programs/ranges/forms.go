// Every form of range and for.
package main

import "fmt"

func f(s string) int { fmt.Print("eval ", s, "; "); return 3 }

func main() {
	for i := range 3 {
		fmt.Print(i, " ")
	}
	for range f("once") {
		fmt.Print("x ")
	}
	for i := range uint8(2) {
		fmt.Printf("%T ", i)
	}
	var n int64
	for n = range 4 {
	}
	fmt.Println(n)
	for i := range -5 {
		panic(i)
	}
	arr := [3]int{1, 2, 3}
	for i, v := range arr {
		arr[2] = 10
		fmt.Print(i, v, " ")
	}
	sl := arr[:]
	for i, v := range sl {
		if i == 0 {
			sl[2] = 20
			sl = nil
		}
		fmt.Print(i, v, " ")
	}
	for i := range arr {
		arr[i]++
	}
	for i, v := range &arr {
		fmt.Print(i, v, " ")
	}
	fmt.Println(arr)
	var np *[4]int
	for i := range np {
		fmt.Print(i, " ")
	}
	for i, r := range "aé世\xfe\x80z" {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println()
	c := make(chan int, 3)
	c <- 1
	c <- 2
	close(c)
	for v := range c {
		fmt.Print(v, " ")
	}
	var x struct {
		i int
		m map[string]int
	}
	x.m = map[string]int{}
	for x.i, x.m["v"] = range []int{5, 6, 7} {
	}
	fmt.Println(x.i, x.m)
	var a [3]int
	i := 0
	for i, a[i] = range []int{7, 8, 9} {
	}
	fmt.Println(i, a)
outer:
	for i := range 10 {
		for j := range 10 {
			switch {
			case j == 3:
				continue outer
			case i == 2:
				break outer
			case i == j:
				continue
			}
			fmt.Print(i, j, " ")
		}
	}
	fmt.Println()
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		fmt.Print(i, j, " ")
	}
	k := 0
	for k < 3 {
		k++
	}
	for {
		k++
		if k > 10 {
			break
		}
	}
	fmt.Println(k)
	sl = []int{1, 2, 3}
	for i, v := range sl {
		sl = append(sl, v*10)
		if i == 2 {
			fmt.Println(len(sl))
		}
	}
	for i := 0; i < 3; i++ {
		defer func() { fmt.Print("deferred ", i, "\n") }()
	}
	m := map[string]int{"a": 1}
	for k, v := range m {
		delete(m, k)
		fmt.Println(k, v, len(m))
	}
	type T [2]struct{ p, q int }
	for _, e := range (T{{1, 2}, {3, 4}}) {
		fmt.Print(e.p+e.q, " ")
	}
	for _, e := range [...]func(int) int{func(i int) int { return i + 1 }, func(i int) int { return i * 2 }} {
		fmt.Print(e(5), " ")
	}
	fmt.Println()
}
