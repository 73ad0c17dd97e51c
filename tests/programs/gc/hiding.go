// env: GOMAXPROCS=4
// Goroutines that move pointers about while a collector marks: an object is reachable through one place only, which
// changes all the time.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"
)

type cell struct {
	value int
	next  *cell
	other *cell
	check int
}

func newCell(v int) *cell { return &cell{value: v, check: ^v} }

func (c *cell) ok() {
	if c.check != ^c.value {
		panic(fmt.Sprintf("cell %d is broken: %x", c.value, c.check))
	}
}

const rounds = 3000

// garbage keeps the collector busy.
func garbage(stop *atomic.Bool) {
	var keep [64]any
	for i := 0; !stop.Load(); i++ {
		keep[i%64] = make([]*cell, i%100+1)
		if i%7 == 0 {
			keep[i*5%64] = newCell(i)
		}
	}
}

func swapFields() {
	a, b := newCell(0), newCell(0)
	for i := range 1000 {
		c := newCell(i)
		c.next = a.next
		a.next = c
	}
	for range rounds {
		for a.next != nil {
			c := a.next
			a.next = c.next
			c.next = b.next
			b.next = c
		}
		a, b = b, a
	}
	n := 0
	for c := a.next; c != nil; c = c.next {
		c.ok()
		n++
	}
	if n != 1000 {
		panic(n)
	}
}

func throughChannels() {
	first := make(chan *cell)
	again := make(chan *cell, 8)
	last := first
	for i := range 4 {
		next := make(chan *cell, i)
		from := last
		go func() {
			for c := range from {
				c.ok()
				select {
				case next <- c:
				case <-(chan *cell)(nil):
				}
			}
			close(next)
		}()
		last = next
	}
	for i := range cap(again) {
		again <- newCell(i)
	}
	go func() {
		for range rounds * 3 {
			first <- <-again
		}
		close(first)
	}()
	for c := range last {
		c.ok()
		again <- c
	}
}

func throughMaps() {
	m := map[int]*cell{}
	for i := range 500 {
		m[i] = newCell(i)
	}
	for r := range rounds / 10 {
		for i := range 500 {
			j := (i*7 + r) % 500
			m[i], m[j] = m[j], m[i]
			if i%50 == 0 {
				c := m[i]
				delete(m, i)
				m[i+1000] = c
				m[i] = m[i+1000]
				delete(m, i+1000)
			}
		}
	}
	sum := 0
	for _, c := range m {
		c.ok()
		sum += c.value
	}
	if sum != 500*499/2 {
		panic(sum)
	}
}

func throughSlices() {
	s := make([]*cell, 0, 1)
	for i := range 300 {
		s = append(s, newCell(i))
	}
	for r := range rounds / 3 {
		t := append([]*cell(nil), s[r%300:]...)
		t = append(t, s[:r%300]...)
		clear(s)
		copy(s[1:], t[:299])
		s[0] = t[299]
	}
	for _, c := range s {
		c.ok()
	}
}

func throughInterfaces() {
	var boxes [32]any
	for i := range boxes {
		boxes[i] = newCell(i)
	}
	for r := range rounds * 10 {
		i, j := r%32, r*11%32
		x := boxes[i].(*cell)
		boxes[i] = nil
		boxes[i] = boxes[j]
		boxes[j] = x
		if boxes[i] == nil {
			boxes[i] = x
		}
	}
	for _, b := range boxes {
		b.(*cell).ok()
	}
}

var shared [8]atomic.Pointer[cell]
var loose unsafe.Pointer

func throughAtomics(wg *sync.WaitGroup) {
	for i := range shared {
		shared[i].Store(newCell(i))
	}
	for g := range 2 {
		wg.Go(func() {
			mine := newCell(100 + g)
			for r := range rounds * 20 {
				mine = shared[r%8].Swap(mine)
				mine.ok()
				if c := shared[(r+3)%8].Load(); r%5 == 0 && shared[(r+3)%8].CompareAndSwap(c, mine) {
					mine = c
				}
				old := atomic.LoadPointer(&loose)
				if atomic.CompareAndSwapPointer(&loose, old, unsafe.Pointer(newCell(r))) && old != nil {
					(*cell)(old).ok()
				}
			}
		})
	}
}

// deep hides pointers in frames that come and go.
func deep(n int, c *cell) *cell {
	var pad [20]int
	pad[n%20] = n
	if n == 0 {
		return c
	}
	d := newCell(n)
	d.next = c
	r := deep(n-1, d)
	d.ok()
	return r.next
}

func throughStacks() {
	for range rounds / 20 {
		deep(200, deep(100, newCell(7))).ok()
	}
}

type big struct {
	head  int
	cells [40]*cell
	tail  *cell
}

func throughBlocks() {
	a, b := new(big), new(big)
	for i := range a.cells {
		a.cells[i] = newCell(i)
	}
	a.tail = newCell(99)
	list := []big{*a, *b}
	for range rounds {
		list[1] = list[0]
		list[0] = big{}
		list[0], list[1] = list[1], list[0]
	}
	for _, c := range list[0].cells {
		c.ok()
	}
	list[0].tail.ok()
}

func main() {
	var stop atomic.Bool
	var back sync.WaitGroup
	back.Go(func() { garbage(&stop) })
	back.Go(func() {
		for !stop.Load() {
			runtime.GC()
		}
	})
	var wg sync.WaitGroup
	for _, f := range []func(){
		swapFields, throughChannels, throughMaps, throughSlices, throughInterfaces, throughStacks, throughBlocks,
	} {
		wg.Go(f)
	}
	throughAtomics(&wg)
	wg.Wait()
	stop.Store(true)
	back.Wait()
	fmt.Println("all there")
}
