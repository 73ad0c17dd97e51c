// exit: 2
// A new panic from a deferred function that recovered the first.
package main

func main() {
	println("start")
	var m map[int]int
	defer func() {
		println(recover().(error).Error())
		panic("end")
	}()
	m[1] = 2
}
