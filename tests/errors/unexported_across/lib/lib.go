package lib

type T struct{ A, b int }

type I interface{ hidden() }

const Const = 1

func helper() {}
