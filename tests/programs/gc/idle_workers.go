// Goroutines that wait for more work do not hold on to what they worked on.
package main

import (
	"fmt"
	"runtime"
	"time"
)

type job struct {
	data  [64]int
	reply chan *result
}

type result struct {
	sum  int
	from *job
}

//go:noinline
func (j *job) work() *result {
	sum := 0
	for _, n := range j.data {
		sum += n
	}
	return &result{sum, j}
}

// selecting receives and sends by select.
func selecting(jobs chan *job, quit chan bool) {
	for {
		select {
		case j := <-jobs:
			r := j.work()
			select {
			case j.reply <- r:
			case <-quit:
				return
			}
		case <-quit:
			return
		}
	}
}

// ranging receives in a loop over a channel.
func ranging(jobs chan *job, _ chan bool) {
	for j := range jobs {
		j.reply <- j.work()
	}
}

// receiving receives by an operator.
func receiving(jobs chan *job, _ chan bool) {
	for {
		j, ok := <-jobs
		if !ok {
			return
		}
		j.reply <- j.work()
	}
}

// ask gives a worker a job and lets go of it.
//
//go:noinline
func ask(jobs chan *job, freed chan bool) int {
	j := &job{reply: make(chan *result)}
	for i := range j.data {
		j.data[i] = i
	}
	runtime.SetFinalizer(j, func(*job) { freed <- true })
	jobs <- j
	return (<-j.reply).sum
}

func main() {
	for _, w := range []struct {
		name string
		run  func(chan *job, chan bool)
	}{{"select", selecting}, {"range", ranging}, {"receive", receiving}} {
		jobs, quit, freed := make(chan *job), make(chan bool), make(chan bool, 1)
		go w.run(jobs, quit)
		sum := ask(jobs, freed)
		gone := false
		for i := 0; i < 50 && !gone; i++ {
			runtime.GC()
			select {
			case gone = <-freed:
			case <-time.After(10 * time.Millisecond):
			}
		}
		fmt.Println(w.name, sum, gone)
		close(quit)
		close(jobs)
	}
}
