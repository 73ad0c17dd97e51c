// Order of deferred calls, their arguments, named results, loops, recover in all places.
package main

import (
	"errors"
	"fmt"
	"runtime"
)

func named() (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
			n *= 2
		}
	}()
	n = 21
	panic("oops")
}

func order() {
	for i := range 3 {
		defer fmt.Println("loop", i)
	}
	x := 1
	defer fmt.Println("argument", x)
	x = 2
	defer func() { fmt.Println("captured", x) }()
	x = 3
	if x > 2 {
		defer fmt.Println("conditional")
	}
}

func rethrow() (r any) {
	defer func() { r = recover() }()
	defer func() {
		defer func() { panic(fmt.Sprint("third after ", recover())) }()
		panic("second")
	}()
	panic("first")
}

func notDirect() (r any) {
	defer func() { r = recover() }()
	defer func() {
		func() {
			if x := recover(); x != nil {
				fmt.Println("must not recover", x)
			}
		}()
	}()
	panic("deep")
}

type T struct{ name string }

func (t T) close()      { fmt.Println("close", t.name) }
func (t *T) pclose()    { fmt.Println("pclose", t.name) }
func (t *T) recovered() { fmt.Println("method recovers", recover()) }

func methods() {
	t := T{"a"}
	defer t.close()
	defer t.pclose()
	t.name = "b"
	var c interface{ close() } = t
	defer c.close()
	t.name = "c"
	defer t.recovered()
	panic("for a method")
}

func again() (n int) {
	defer func() {
		recover()
		n += 100
	}()
	defer func() {
		defer func() { recover(); n += 10 }()
		n++
		panic(2)
	}()
	panic(1)
}

func many(n int) (sum int) {
	for i := range n {
		defer func() { sum += i }()
	}
	return 0
}

func builtin() {
	m := map[int]int{1: 1}
	c := make(chan int)
	func() {
		defer delete(m, 1)
		defer close(c)
		defer print()
	}()
	_, ok := <-c
	fmt.Println(len(m), ok)
}

func loopRecover() {
	for i := range 3 {
		func() {
			defer func() { fmt.Println("iteration", i, recover()) }()
			if i == 1 {
				return
			}
			panic(i)
		}()
	}
}

func runtimeError() (err error) {
	defer func() {
		err = recover().(runtime.Error)
	}()
	var a []int
	i := 5
	return errors.New(fmt.Sprint(a[i]))
}

func nilPanic() {
	defer func() {
		r := recover()
		_, ok := r.(*runtime.PanicNilError)
		fmt.Println(r, ok)
	}()
	panic(nil)
}

func returnValue() int {
	x := 1
	defer func() { x = 100 }()
	return x
}

func deferNilFunc() {
	defer func() { fmt.Println("nil func:", recover()) }()
	var f func()
	defer f()
	fmt.Println("reached")
}

func main() {
	fmt.Println(named())
	order()
	fmt.Println(rethrow())
	fmt.Println(notDirect())
	methods()
	fmt.Println(again(), many(1000), returnValue(), recover())
	builtin()
	loopRecover()
	fmt.Println(runtimeError())
	nilPanic()
	deferNilFunc()
}
