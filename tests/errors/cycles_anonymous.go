package main

type I interface {
	m(interface {
		I
	})
}

type J interface {
	n() interface{ J }
}

type A = interface { // ERROR `invalid recursive type: A refers to itself`
	m() interface {
		A
	}
}

type K interface {
	f(func(interface{ K }))
}

func main() {}
