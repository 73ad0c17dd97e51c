package main

func g(pre string, xs ...int) {}

func main() {
	s := []string{"a"}
	g("a", s...)
	g(s...)
	g("a", 1, []int{2}...)
	append([]int{}, 1...) // ERROR `syntax error: unexpected \., expected name or \(`
	_ = append([]byte{}, "x", 1)
	println(s...)
}
