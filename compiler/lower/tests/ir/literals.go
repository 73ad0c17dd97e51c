package p

// The inner literals come first, so that nothing is live across their allocation and write barriers.
func nested() any {
	return []any{[]any{[]any{1}}}
}

func pointers(x **int) []*[]**int {
	return []*[]**int{&[]**int{x}}
}

// The outer one comes first where two elements vary.
func pair(x, y int) []any {
	return []any{[]int{x}, []int{y}}
}
