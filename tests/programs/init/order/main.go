// Order of initialisation: packages, variables by dependency, several init functions, several files, blank imports.
package main

import (
	"fmt"

	"example.com/order/b"
	_ "example.com/order/c"
)

var (
	x = y + 1
	y = f("y", 10)
	z = func() int { return f("z", x) }()
	_ = f("blank", 0)
	m = map[string]int{"k": w}
	w = f("w", 3)
	t = T{}.method()
)

type T struct{}

func (T) method() int { return f("method", w+late) }

func f(name string, n int) int {
	fmt.Println("var", name, n)
	return n
}

func init() { fmt.Println("init 1 of main.go", x, y, z) }
func init() { fmt.Println("init 2 of main.go", m, t) }

func main() { fmt.Println("main", b.Value) }
