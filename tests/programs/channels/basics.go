// Channels without time: buffered, unbuffered, closing, directions, nil, pipelines, select in all shapes.
package main

import (
	"fmt"
	"sync"
)

func gen(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := 2; i < n; i++ {
			c <- i
		}
	}()
	return c
}

func sieve(in <-chan int, p int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for x := range in {
			if x%p != 0 {
				out <- x
			}
		}
	}()
	return out
}

func merge(cs ...<-chan int) <-chan int {
	out := make(chan int, 4)
	var wg sync.WaitGroup
	for _, c := range cs {
		wg.Go(func() {
			for x := range c {
				out <- x
			}
		})
	}
	go func() { wg.Wait(); close(out) }()
	return out
}

type msg struct {
	id    int
	text  string
	reply chan<- string
}

func main() {
	c := gen(100)
	for {
		p, ok := <-c
		if !ok {
			break
		}
		fmt.Print(p, " ")
		c = sieve(c, p)
	}
	fmt.Println()
	sum := 0
	for x := range merge(gen(100), gen(200), gen(300)) {
		sum += x
	}
	fmt.Println(sum)
	b := make(chan string, 2)
	b <- "a"
	b <- "b"
	fmt.Println(len(b), cap(b))
	select {
	case b <- "c":
		fmt.Println("sent")
	default:
		fmt.Println("full")
	}
	close(b)
	v, ok := <-b
	fmt.Println(v, ok, <-b)
	v, ok = <-b
	fmt.Printf("%q %v\n", v, ok)
	var none chan int
	select {
	case <-none:
		fmt.Println("impossible")
	case none <- 1:
		fmt.Println("impossible")
	default:
		fmt.Println("nil blocks")
	}
	reqs := make(chan msg)
	go func() {
		for m := range reqs {
			m.reply <- fmt.Sprint(m.id, m.text)
		}
	}()
	reply := make(chan string)
	for i := range 3 {
		reqs <- msg{i, "?", reply}
		fmt.Print(<-reply, " ")
	}
	close(reqs)
	fmt.Println()
	data, quit := make(chan int), make(chan struct{})
	go func() {
		for i := range 5 {
			data <- i * i
		}
		close(quit)
	}()
	var m map[string]int = map[string]int{}
	var arr [1]int
loop:
	for {
		select {
		case arr[0] = <-data:
			m["n"] += arr[0]
		case <-quit:
			break loop
		}
	}
	fmt.Println(m)
	counts := [3]int{}
	chans := [3]chan int{make(chan int, 1), make(chan int, 1), make(chan int, 1)}
	for range 3000 {
		for i := range chans {
			select {
			case chans[i] <- 1:
			default:
			}
		}
		select {
		case <-chans[0]:
			counts[0]++
		case <-chans[1]:
			counts[1]++
		case <-chans[2]:
			counts[2]++
		}
	}
	fmt.Println(counts[0] > 700, counts[1] > 700, counts[2] > 700, counts[0]+counts[1]+counts[2])
	big := make(chan [100]int, 1)
	big <- [100]int{99: 7}
	fmt.Println((<-big)[99])
	cc := make(chan chan int, 1)
	d := make(chan int, 1)
	cc <- d
	d <- 5
	fmt.Println(<-<-cc)
	e := make(chan struct{}, 3)
	e <- struct{}{}
	fmt.Println(len(e), d == (<-chan int)(d), cap(none))
	for _, f := range []func(){func() { close(none) }, func() { close(quit) }, func() { b <- "x" }} {
		func() {
			defer func() { fmt.Println(recover()) }()
			f()
		}()
	}
	select {
	case x, ok := <-quit:
		fmt.Println(x, ok)
	}
}
