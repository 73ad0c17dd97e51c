// A panic through many frames with defers, recovered at the top; and a fault in a leaf recovered by a caller.
package main

import "fmt"

type tree struct{ left, right *tree }

var trace []int

func down(n int) int {
	defer func() { trace = append(trace, n) }()
	if n == 0 {
		var p *int
		return *p
	}
	return down(n-1) + 1
}

func safe(f func() int) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = -1, r.(error)
		}
	}()
	return f(), nil
}

func main() {
	fmt.Println(safe(func() int { return down(50) }))
	fmt.Println(len(trace), trace[0], trace[50])
	fmt.Println(safe(func() int { return 3 }))
	for i := range 1000 {
		_, err := safe(func() int {
			var a [10]int
			return a[i+10]
		})
		if err == nil {
			panic("no error")
		}
	}
	var t *tree
	fmt.Println(safe(func() int {
		if t.left.right == nil {
			return 1
		}
		return 2
	}))
	a, b := 1, 0
	fmt.Println(safe(func() int { return a / b }))
	var m map[string]int
	fmt.Println(safe(func() int { m["x"] = 1; return 1 }))
	var e any = "str"
	fmt.Println(safe(func() int { return e.(int) }))
	var fn func() int
	fmt.Println(safe(func() int { return fn() }))
	s := []int{1, 2, 3}
	i := -1
	fmt.Println(safe(func() int { return s[i] }))
	j := 5
	fmt.Println(safe(func() int { return len(s[j:]) }))
	fmt.Println(safe(func() int { return len(s[2:b]) }))
	fmt.Println(safe(func() int { return len(s[:j:4]) }))
	fmt.Println(safe(func() int { return len("abc"[j:]) }))
	fmt.Println(safe(func() int { return len(make([]int, i)) }))
	fmt.Println(safe(func() int { return len([4]int(s)) }))
	fmt.Println(safe(func() int { return 1 << i }))
	c := make(chan int)
	close(c)
	fmt.Println(safe(func() int { close(c); return 1 }))
	fmt.Println(safe(func() int { c <- 1; return 1 }))
	var nc chan int
	fmt.Println(safe(func() int { close(nc); return 1 }))
	var x, y any = []int{1}, []int{1}
	fmt.Println(safe(func() int {
		if x == y {
			return 1
		}
		return 0
	}))
	fmt.Println(safe(func() int { return map[any]int{}[func() {}] }))
}
