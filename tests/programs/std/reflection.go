// reflect: types, values, calls, MakeFunc, method tables, maps, structs made at run time.
package main

import (
	"fmt"
	"reflect"
	"sort"
	"strings"
)

type T struct {
	A int `k:"v" json:"a"`
	b string
	C []map[string]*T
	E
}
type E struct{ N float64 }

func (t T) Hello(name string, n ...int) string { return fmt.Sprint("hello ", name, n, t.A) }
func (t *T) Set(a int)                         { t.A = a }
func (e E) Emb() float64                       { return e.N }

type I interface{ Hello(string, ...int) string }

func add(a int, b float64, s string, xs [3]int, t struct{ X, Y int8 }) (string, float64, [3]int) {
	xs[0]++
	return s + fmt.Sprint(a, t), b * 2, xs
}

func main() {
	t := T{A: 1, C: []map[string]*T{{"x": nil}}, E: E{2.5}}
	rt := reflect.TypeOf(t)
	for i := range rt.NumField() {
		f := rt.Field(i)
		fmt.Println(f.Name, f.Type, f.Tag.Get("json"), f.Offset, f.Anonymous, f.IsExported(), f.Index)
	}
	pt := reflect.TypeOf(&t)
	for i := range pt.NumMethod() {
		fmt.Println(pt.Method(i).Name, pt.Method(i).Type)
	}
	fmt.Println(rt.NumMethod(), rt.Kind(), rt.PkgPath(), rt.Size(), pt.Implements(reflect.TypeFor[I]()), rt.Comparable(), pt.Elem() == rt)
	v := reflect.ValueOf(&t).Elem()
	v.Field(0).SetInt(42)
	v.FieldByName("N").SetFloat(7)
	fmt.Println(t.A, t.N, v.Field(1).CanSet(), v.Field(2).Index(0).MapKeys()[0])
	out := v.MethodByName("Hello").Call([]reflect.Value{reflect.ValueOf("bob"), reflect.ValueOf(1), reflect.ValueOf(2)})
	fmt.Println(out[0])
	v.Addr().Method(pt.NumMethod() - 1).Call([]reflect.Value{reflect.ValueOf(9)})
	fmt.Println(t.A, reflect.ValueOf(t).Method(1).CallSlice([]reflect.Value{reflect.ValueOf("x"), reflect.ValueOf([]int{5})})[0])
	out = reflect.ValueOf(add).Call([]reflect.Value{reflect.ValueOf(1), reflect.ValueOf(2.5), reflect.ValueOf("s"), reflect.ValueOf([3]int{1, 2, 3}), reflect.ValueOf(struct{ X, Y int8 }{1, 2})})
	fmt.Println(out[0], out[1], out[2])
	swap := reflect.MakeFunc(reflect.TypeOf(func(a string, b int, c ...float64) (int, string) { return 0, "" }), func(args []reflect.Value) []reflect.Value {
		return []reflect.Value{reflect.ValueOf(int(args[1].Int()) + args[2].Len()), reflect.ValueOf(strings.ToUpper(args[0].String()))}
	}).Interface().(func(string, int, ...float64) (int, string))
	fmt.Println(swap("abc", 1, 2, 3))
	big := reflect.MakeFunc(reflect.TypeOf(func(a, b, c, d, e, f, g, h, i, j int, x float32, s []string) (string, [5]int) { return "", [5]int{} }), func(args []reflect.Value) []reflect.Value {
		n := 0
		for _, a := range args[:10] {
			n = n*10 + int(a.Int())
		}
		return []reflect.Value{reflect.ValueOf(fmt.Sprint(n, args[10], args[11])), reflect.ValueOf([5]int{n})}
	}).Interface().(func(a, b, c, d, e, f, g, h, i, j int, x float32, s []string) (string, [5]int))
	fmt.Println(big(1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1.5, []string{"s"}))
	mv := reflect.ValueOf(&t).MethodByName("Hello").Interface().(func(string, ...int) string)
	fmt.Println(mv("method value", 3))
	m := reflect.MakeMap(reflect.MapOf(reflect.TypeFor[string](), reflect.TypeFor[int]()))
	m.SetMapIndex(reflect.ValueOf("a"), reflect.ValueOf(1))
	it := m.MapRange()
	for it.Next() {
		fmt.Println(it.Key(), it.Value(), m.Len())
	}
	s := reflect.MakeSlice(reflect.SliceOf(rt), 0, 1)
	s = reflect.Append(s, reflect.ValueOf(t), reflect.ValueOf(T{}))
	fmt.Println(s.Len(), s.Index(0).Field(0), s.Type())
	st := reflect.StructOf([]reflect.StructField{{Name: "X", Type: reflect.TypeFor[int](), Tag: `json:"x"`}, {Name: "Y", Type: reflect.TypeFor[[]string]()}})
	sv := reflect.New(st).Elem()
	sv.Field(0).SetInt(5)
	fmt.Printf("%+v %v\n", sv.Interface(), st)
	c := reflect.MakeChan(reflect.ChanOf(reflect.BothDir, reflect.TypeFor[int]()), 1)
	c.Send(reflect.ValueOf(3))
	i, x, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: c}, {Dir: reflect.SelectDefault}})
	fmt.Println(i, x, ok, reflect.ArrayOf(3, rt), reflect.FuncOf([]reflect.Type{rt}, nil, false), reflect.PointerTo(pt))
	fmt.Println(reflect.DeepEqual(map[string][]int{"a": {1}}, map[string][]int{"a": {1}}), reflect.DeepEqual(t, T{}), reflect.Zero(rt).IsZero(), reflect.ValueOf(nil).IsValid())
	for _, f := range []func(){func() { reflect.ValueOf(t).Field(0).SetInt(1) }, func() { reflect.ValueOf(1).Len() }, func() { reflect.ValueOf(add).Call(nil) }, func() { v.Field(1).SetString("x") }} {
		func() {
			defer func() { fmt.Println(recover()) }()
			f()
		}()
	}
	less := reflect.Swapper([]int{1, 2})
	less(0, 1)
	var names []string
	for _, x := range []any{1, "s", 1.5, nil, []int{}, map[string]int{}, struct{}{}, func() {}, make(chan int), &t, [2]int{}, true, uint8(1), 2i, fmt.Errorf} {
		if x != nil {
			names = append(names, reflect.TypeOf(x).String())
		}
	}
	sort.Strings(names)
	fmt.Println(names)
	conv := reflect.ValueOf(65).Convert(reflect.TypeFor[float64]())
	fmt.Println(conv, reflect.ValueOf([]byte("x")).Convert(reflect.TypeFor[string]()), reflect.TypeFor[map[string]func(int) error]())
}
