package p

// Calls come first, then variables are read.
func readAfterCall(x int) int {
	f := func() int { x = 2; return 10 }
	return x + f()
}

func swap(a, b [4]int, s []int) ([4]int, []int) {
	a, b = b, a
	s[0], s[1] = s[1], s[0]
	return a, s
}

func opAssign(m map[string]int, k string) {
	m[k] += 2
}
