// Indexing, slicing, concatenation, comparison, conversion and iteration.
package main

import (
	"fmt"
	"strings"
	"unsafe"
)

//go:noinline
func id[T any](x T) T { return x }

type bytes []byte
type text string

func main() {
	s := id("héllo, 世界\xff!")
	for i, r := range s {
		fmt.Print(i, ":", r, " ")
	}
	fmt.Println(len(s), s[1], s[1:3], s[:0] == "", s[len(s):])
	fmt.Println([]rune(s), []byte(s), string([]rune{0x4e16, -1, 0x110000, 'a'}), string(rune(id(0x754c))))
	a, b := id("abc"), id("abd")
	fmt.Println(a < b, a <= b, a == b, a != b, a > b, a+b == "abcabd", a < "ab", "" < a)
	t := a
	t += b
	t += t
	fmt.Println(t, a+b+t+"x"+a, id("")+a, len(a+b+a+b+a+b+a+b))
	bs := []byte(a)
	bs[0] = 'X'
	fmt.Println(a, string(bs), text(bytes(bs)), string(bytes{65, 66}))
	m := map[string]int{"Xbc": 7}
	fmt.Println(m[string(bs)], string(bs) == "Xbc")
	switch string(bs) {
	case "abc":
		fmt.Println("wrong")
	case "Xbc":
		fmt.Println("right")
	}
	for i, c := range []byte("hey") {
		fmt.Print(i, c, " ")
	}
	fmt.Println()
	var buf [4]byte
	n := copy(buf[:], "toolong")
	fmt.Println(n, string(buf[:]), append([]byte("x"), "yz"...))
	long := strings.Repeat("ab", 1000)
	fmt.Println(len(long), long[:4], long == strings.Repeat("ab", 1000), long < long+"a")
	p := unsafe.StringData(a)
	fmt.Println(*p, unsafe.String(p, 2))
	var sb strings.Builder
	for i := range 5 {
		fmt.Fprintf(&sb, "%d,", i)
	}
	fmt.Println(sb.String(), sb.Len())
	for range "three" {
		fmt.Print(".")
	}
	fmt.Println()
	raw := `raw \n
line`
	fmt.Printf("%q %x %v %+q\n", raw, s, "\u00e9\U0001F600\a\b\f\v\\\"", s)
}
