// What a goroutine waits for stays, though its frames have forgotten it: channels of timers in loops, channels that nobody else
// holds for the moment, and where values go.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type message struct {
	text string
	next *message
}

//go:noinline
func ticks(n int) {
	for range n {
		<-time.After(time.Millisecond)
	}
}

//go:noinline
func selects(n int) {
	for range n {
		select {
		case <-time.After(time.Millisecond):
		case <-time.After(time.Minute):
		}
	}
}

//go:noinline
func fills(c chan *message, out chan *message) {
	for range 50 {
		m := new(message)
		var box struct {
			pad [8]*message
			m   *message
		}
		b := &box
		b.m = <-c
		m.next = b.m
		out <- m
	}
}

//go:noinline
func sends(c chan message, n int) {
	for i := range n {
		c <- *(&message{text: fmt.Sprint("text ", i), next: &message{text: "next"}})
	}
	close(c)
}

//go:noinline
func waits(n int) {
	for range n {
		wg := new(sync.WaitGroup)
		wg.Add(1)
		time.AfterFunc(time.Millisecond, wg.Done)
		wg.Wait()
	}
}

//go:noinline
func locks(n int) {
	for range n {
		mu := new(sync.Mutex)
		mu.Lock()
		time.AfterFunc(time.Millisecond, mu.Unlock)
		mu.Lock()
	}
}

func main() {
	stop := make(chan bool)
	go func() {
		var junk []*message
		for {
			select {
			case <-stop:
				return
			default:
			}
			runtime.GC()
			junk = nil
			for range 1000 {
				junk = append(junk, &message{text: "junk"})
			}
			runtime.Gosched()
		}
	}()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { ticks(40) })
		wg.Go(func() { selects(40) })
		wg.Go(func() { waits(40) })
		wg.Go(func() { locks(40) })
	}
	c, out := make(chan *message), make(chan *message)
	go fills(c, out)
	for i := range 50 {
		time.Sleep(time.Millisecond)
		c <- &message{text: fmt.Sprint(i)}
		if m := <-out; m.next.text != fmt.Sprint(i) {
			fmt.Println("got", m.next.text, "not", i)
		}
	}
	values := make(chan message)
	go sends(values, 50)
	n := 0
	for m := range values {
		time.Sleep(time.Millisecond)
		if m.text != fmt.Sprint("text ", n) || m.next.text != "next" {
			fmt.Println("got", m.text, m.next.text)
		}
		n++
	}
	wg.Wait()
	stop <- true
	fmt.Println("done", n)
}
