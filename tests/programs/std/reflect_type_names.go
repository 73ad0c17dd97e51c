// The texts of panics name types that reflect has made; tables that reflect hands out cannot be written.
package main

import (
	"fmt"
	"reflect"
	"runtime/debug"
)

type pair struct {
	X, Y int
}

func try(what string, f func()) {
	defer func() { fmt.Println(what, "->", recover()) }()
	f()
}

func main() {
	made := map[string]reflect.Type{
		"array":  reflect.ArrayOf(6, reflect.TypeFor[[]int]()),
		"struct": reflect.StructOf([]reflect.StructField{{Name: "F", Type: reflect.TypeFor[[]string]()}}),
		"slice":  reflect.SliceOf(reflect.ArrayOf(3, reflect.TypeFor[pair]())),
		"map":    reflect.MapOf(reflect.TypeFor[string](), reflect.ArrayOf(2, reflect.TypeFor[bool]())),
		"func":   reflect.FuncOf([]reflect.Type{reflect.TypeFor[pair]()}, []reflect.Type{reflect.TypeFor[int8]()}, false),
	}
	for _, name := range []string{"array", "struct", "slice", "map", "func"} {
		x := reflect.New(made[name]).Elem().Interface()
		try(name+" ==", func() { _ = x == x })
		try(name+" key", func() { _ = map[any]int{x: 1} })
		try(name+" assert", func() { _ = x.(fmt.Stringer) })
		try(name+" concrete", func() { _ = x.(pair) })
		try(name+" panic", func() { panic(x) })
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	index := reflect.TypeFor[pair]().Field(1).Index
	func() {
		defer func() { fmt.Println("write:", recover() != nil) }()
		index[0] = 7
	}()
	fmt.Println(index, reflect.TypeFor[pair]().Field(1).Index)
}
