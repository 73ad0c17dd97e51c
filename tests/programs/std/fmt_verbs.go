// Verbs, flags, widths, scanning.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

type point struct{ X, Y int }
type str string
type gs struct{}
type bad struct{}

func (gs) GoString() string { return "GoString!" }
func (gs) Format(s fmt.State, verb rune) {
	w, ok := s.Width()
	fmt.Fprint(s, "fmt:", string(verb), w, ok, s.Flag('+'))
}
func (bad) String() string      { panic("bad stringer") }
func (p *point) String() string { return fmt.Sprintf("(%d;%d)", p.X, p.Y) }

func main() {
	p := point{1, -2}
	fmt.Printf("%v %+v %#v %T %v %s\n", p, p, p, p, &p, &p)
	fmt.Printf("%d|%5d|%-5d|%05d|%+d|%x|%X|%#x|%o|%#o|%O|%b|%c|%q|%U|%#U\n", 42, 42, 42, 42, 42, 255, 255, 255, 8, 8, 8, 5, 'A', 'A', 0x1F600, 'é')
	fmt.Printf("%f|%.2f|%8.3f|%-8.1f|%e|%g|%G|%+.1e|%08.3f|%x|%b\n", 3.14159, 3.14159, 3.14159, 3.14159, 314159.0, 1e21, 1e-7, 12345.678, -3.14159, 1.5, 1.0)
	fmt.Printf("%s|%10s|%-10s|%.2s|%q|%x|% x|%#q|%v\n", "hello", "hi", "hi", "hello", "a\tb", "hex", "hex", "raw", str("s"))
	fmt.Printf("%t|%v|%p|%v|%d|%s\n", true, nil, nil, []string{"a", "b"}, []int{1, 2}, []byte("bytes"))
	fmt.Printf("%v %+v %#v %v %#v\n", map[string]int{"z": 1, "a": 2}, struct {
		A *int
		B any
	}{}, []any{1, "x", nil}, [2]bool{true}, map[point]string{{1, 2}: "v"})
	fmt.Printf("%d %s %!|%z %d\n", "str", 5, 1)
	fmt.Printf("%[2]d %[1]d %d %[3]*.[2]*[1]f|%*d\n", 1, 2, 8, 5, 42)
	fmt.Printf("%v %s %v\n", errors.New("err"), fmt.Errorf("w: %w", os.ErrNotExist), bad{})
	fmt.Printf("%v %+5d %#v\n", gs{}, gs{}, &gs{})
	fmt.Printf("%v %v %6.2f%% %v\n", 1+2i, complex64(1), 99.5, time.Duration(1500)*time.Millisecond)
	fmt.Printf("%08b %x %X %#v %#v %#v\n", int8(-5), "\xff", []byte{1, 171}, uint8(3), "q", 1.0)
	fmt.Printf("%6d|%-6v|%06d|%x\n", []int{1, -2}, []string{"a"}, -12, -255)
	fmt.Println(fmt.Sprint("a", 1, 2, "b", "c", 3.0), fmt.Sprintln("x", 1), fmt.Append(nil, 1, 2))
	var a, b int
	var s string
	var f float64
	n, err := fmt.Sscanf("10 0x1f word 2.5", "%d %v %s %g", &a, &b, &s, &f)
	fmt.Println(n, err, a, b, s, f)
	n, err = fmt.Sscan("7 x", &a, &b)
	fmt.Println(n, err, a)
	r := strings.NewReader("1 2 3\n4")
	for {
		if _, err := fmt.Fscan(r, &a); err != nil {
			fmt.Println(err)
			break
		}
		fmt.Print(a, ",")
	}
	fmt.Fprintf(os.Stderr, "to stderr %d\n", 1)
}
