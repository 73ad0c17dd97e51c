// if, switch, fallthrough, goto, labels, and type-free control flow.
package main

import "fmt"

func sw(n int) (s string) {
	switch {
	case n < 0:
		s += "neg "
		fallthrough
	case n == 0:
		s += "zero "
	case n > 100:
		s += "big "
		if n > 1000 {
			break
		}
		s += "but small "
	default:
		s += "default "
	}
	return
}

func ints(n int) int {
	switch n {
	case 1, 2, 3:
		return 10
	case 4:
		return 20
	case 5, 1000, -7:
		return 30
	case 6, 7, 8, 9, 10, 11, 12:
		return n * 2
	}
	return -1
}

func strs(s string) int {
	switch s {
	case "a":
		return 1
	case "bb", "cc":
		return 2
	case "ccc":
		return 3
	case "a longer one", "another":
		return 4
	case "":
		return 5
	}
	return 0
}

func gotos(n int) (s string) {
	i := 0
loop:
	if i < n {
		s += fmt.Sprint(i)
		i++
		goto loop
	}
	goto end
end:
	return s + "."
}

func calls(n *int) bool { *n++; return *n%2 == 0 }

func order() {
	f := func(s string, r bool) bool { fmt.Print(s, " "); return r }
	if f("a", true) && f("b", false) || f("c", true) && !f("d", false) {
		fmt.Println("yes")
	}
	switch x := 5; x {
	case func() int { fmt.Print("first "); return 4 }():
	case func() int { fmt.Print("second "); return 5 }():
		fmt.Println("hit")
	case func() int { fmt.Print("third "); return 6 }():
	}
	switch f("tag", true) {
	case f("x", false), f("y", true), f("z", true):
		fmt.Println("y hit")
	}
}

func labels() {
	n := 0
a:
	for {
	b:
		for i := 0; ; i++ {
			switch {
			case i == 3:
				n++
				continue a
			case n == 3:
				break a
			case n == 2:
				n = 3
				break b
			}
		}
	}
	fmt.Println(n)
sel:
	select {
	default:
		for {
			break sel
		}
	}
	var x any = 3
typ:
	switch x := x.(type) {
	case int:
		if x == 3 {
			break typ
		}
		fmt.Println("unreachable")
	}
}

func main() {
	for _, n := range []int{-1, 0, 5, 101, 1001} {
		fmt.Println(sw(n))
	}
	for n := -8; n < 14; n++ {
		fmt.Print(ints(n), " ")
	}
	fmt.Println(ints(1000))
	for _, s := range []string{"a", "bb", "cc", "ccc", "a longer one", "another", "", "zz"} {
		fmt.Print(strs(s), " ")
	}
	fmt.Println(gotos(5))
	order()
	labels()
	n := 0
	if calls(&n) || calls(&n) {
		fmt.Println(n)
	}
	if x := n * 2; x > 100 {
		fmt.Println("no")
	} else if y := x + 1; y > 4 {
		fmt.Println(x, y)
	} else {
		fmt.Println("else")
	}
	switch any(n).(type) {
	}
	switch {
	}
}
