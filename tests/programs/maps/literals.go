// Literals of maps with many entries: constant ones, others among them, keys and elements of many shapes.
package main

import "fmt"

type point struct{ x, y int }

func f(x int) int { fmt.Println("f", x); return x }

var zero = 0

var global = map[string]int{
	"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10, "k": 11, "l": 12, "m": 13, "n": 14,
	"o": 15, "p": 16, "q": 17, "r": 18, "s": 19, "t": 20, "u": 21, "v": 22, "w": 23, "x": 24, "y": 25, "z": 26, "": 27,
}

func generic[K comparable](k K) map[K]int { return map[K]int{k: 1} }

func sum[K comparable](m map[K]int) (s int) {
	for _, v := range m {
		s += v
	}
	return
}

func main() {
	fmt.Println(len(global), sum(global), global["q"], global[""])
	for range 2 {
		// The tables are read again, and what was made of them is new each time.
		m := map[int]point{
			0: {1, 2}, 1: {}, 2: {y: 3}, 3: {}, 4: {}, 5: {}, 6: {}, 7: {}, 8: {}, 9: {}, 10: {}, 11: {}, 12: {}, 13: {}, 14: {},
			15: {}, 16: {}, 17: {}, 18: {}, 19: {}, 20: {}, 21: {}, 22: {}, 23: {}, 24: {}, 25: {25, 25}, 26: {26, 26}, 27: {},
		}
		fmt.Println(len(m), m[0], m[2], m[25], m[26])
		m[0] = point{9, 9}
		delete(m, 2)
	}
	mixed := map[any]any{
		1: "one", "two": 2, 3.0: nil, point{1, 1}: []int{1}, f(5): f(6), 'x': 'y', 7: 7, 8: 8, 9: 9, 10: 10, 11: 11, 12: 12,
		13: 13, 14: 14, 15: 15, 16: &point{1, 6}, 17: 17, 18: 18, 19: 19, 20: 20, 21: 21, 22: 22, 23: 23, 24: 24, 25: 25,
		26: 26, 27: 27, 28: 28, 29: func() int { return 29 }, [2]string{"a", "b"}: true, zero + 30: 30, int8(1): "int8",
	}
	fmt.Println(len(mixed), mixed[1], mixed["two"], mixed[3.0], mixed[point{1, 1}], mixed[5], mixed['x'],
		mixed[16].(*point).y, mixed[29].(func() int)(), mixed[[2]string{"a", "b"}], mixed[30], mixed[int8(1)])
	set := map[string]struct{}{
		"a": {}, "b": {}, "c": {}, "d": {}, "e": {}, "f": {}, "g": {}, "h": {}, "i": {}, "j": {}, "k": {}, "l": {}, "m": {},
		"n": {}, "o": {}, "p": {}, "q": {}, "r": {}, "s": {}, "t": {}, "u": {}, "v": {}, "w": {}, "x": {}, "y": {}, "z": {},
	}
	_, there := set["m"]
	_, missing := set["mm"]
	fmt.Println(len(set), there, missing, generic("x"))
	slices := map[byte][]string{
		0: {"a"}, 1: {"b", "c"}, 2: nil, 3: {}, 4: {}, 5: {}, 6: {}, 7: {}, 8: {}, 9: {}, 10: {}, 11: {}, 12: {}, 13: {}, 14: {},
		15: {}, 16: {}, 17: {}, 18: {}, 19: {}, 20: {}, 21: {}, 22: {}, 23: {}, 24: {}, 25: {"z"}, 26: nil, 27: nil, 28: nil,
	}
	slices[25][0] = "changed"
	fmt.Println(len(slices), slices[1], slices[2] == nil, slices[3] == nil, slices[25])
	constants := map[float64]complex128{
		0.5: 1i, 1.5: 2, 2.5: 3, 3.5: 4, 4.5: 5, 5.5: 6, 6.5: 7, 7.5: 8, 8.5: 9, 9.5: 10, 10.5: 11, 11.5: 12, 12.5: 13,
		13.5: 14, 14.5: 15, 15.5: 16, 16.5: 17, 17.5: 18, 18.5: 19, 19.5: 20, 20.5: 21, 21.5: 22, 22.5: 23, 23.5: 24, 24.5: 25,
		25.5: 26 + 26i, 26.5: 27,
	}
	fmt.Println(len(constants), constants[0.5], constants[25.5])
}
