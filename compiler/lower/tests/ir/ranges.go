package p

func sum(s []int32) (n int32) {
	for _, v := range s {
		n += v
	}
	return n
}

func each(seq func(yield func(int) bool)) int {
	for i := range seq {
		if i > 3 {
			return i
		}
	}
	return -1
}

func perIteration() []func() int {
	var fs []func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() int { return i })
	}
	return fs
}
