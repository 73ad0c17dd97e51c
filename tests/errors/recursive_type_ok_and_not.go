package main

type list struct{ next *list }

type bad struct { // ERROR `invalid recursive type: bad refers to itself`
	n    int
	self bad
}

type arr [2]arr // ERROR `invalid recursive type: arr refers to itself`

type m map[string]m

type alias = alias // ERROR `invalid recursive type: alias refers to itself`

func main() {}
