package p

func guarded(f func(int) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = nil
		}
	}()
	return f(1)
}

func many(fs []func(string)) {
	for _, f := range fs {
		defer f("x")
	}
}
