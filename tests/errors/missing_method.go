package main

import "io"

type I interface {
	A()
	B(int) string
}

type T struct{}

func (T) A() {}

type U struct{}

func (U) A()             {}
func (*U) B(int) string  { return "" }

type V struct{}

func (V) A()            {}
func (V) B(s string) {}

type W struct{}

func (W) a()            {}
func (W) b(int) string { return "" }

func main() {
	var i I = T{} // ERROR `cannot use T\{\} \(value of struct type T\) as I value in variable declaration: T does not implement I \(missing method B\)`
	i = U{} // ERROR `cannot use U\{\} \(value of struct type U\) as I value in assignment: U does not implement I \(method B has pointer receiver\)`
	i = &U{}
	i = V{} // ERROR `cannot use V\{\} \(value of struct type V\) as I value in assignment: V does not implement I \(wrong type for method B\)`
	i = W{} // ERROR `cannot use W\{\} \(value of struct type W\) as I value in assignment: W does not implement I \(missing method A\)`
	var w io.Writer = i // ERROR `cannot use i \(variable of interface type I\) as io\.Writer value in variable declaration: I does not implement io\.Writer \(missing method Write\)`
	_ = w
	_ = i.(T) // ERROR `impossible type assertion: i\.\(T\)`
	i.C() // ERROR `i\.C undefined \(type I has no field or method C\)`
}
