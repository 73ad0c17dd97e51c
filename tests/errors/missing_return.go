package main

func a() int {
} // ERROR `missing return`

func b(x int) int {
	if x > 0 {
		return 1
	}
} // ERROR `missing return`

func c(x int) int {
	for x < 3 {
		x++
	}
} // ERROR `missing return`

func d(x int) (s string, err error) {
	switch x {
	case 1:
		return
	}
} // ERROR `missing return`

func ok() int {
	for {
	}
}

func main() {}
