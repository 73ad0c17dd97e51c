package main

func f() (err error) {
	if err := g(); err != nil {
		return // ERROR `result parameter err not in scope at return`
	}
	{
		x, err := 1, g() // ERROR `declared and not used: err`
		_ = x
	}
	return
}

func g() error { return nil }

func main() {
	_ = f
}
