// env: GOMAXPROCS=4
// What dead objects leave behind is dealt with while the program runs: weak pointers of dead objects are nil before their
// finalizers see them, and never lead to memory that is used again; cleanups, finalizers and timers of many objects.
package main

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"weak"
)

type object struct {
	id       int
	self     *object
	finalise atomic.Bool
}

const (
	rounds = 4
	many   = 10_000
	magic  = 1 << 40
)

var finalised, cleaned, fired, revived atomic.Int64

func make1(id int) *object {
	o := &object{id: magic + id}
	o.self = o
	return o
}

// watch follows weak pointers until told to stop. What they lead to is whole.
func watch(ws []weak.Pointer[object], stop *atomic.Bool, done *sync.WaitGroup) {
	defer done.Done()
	for i := 0; !stop.Load(); i++ {
		o := ws[i*7919%len(ws)].Value()
		if o == nil {
			continue
		}
		if o.self != o || o.id < magic || o.id >= magic+many {
			panic("a weak pointer leads to something else")
		}
		if o.finalise.Load() {
			revived.Add(1)
		}
	}
}

func round() (kept []*object) {
	ws := make([]weak.Pointer[object], many)
	func() {
		all := make([]*object, many)
		for i := range all {
			o := make1(i)
			all[i], ws[i] = o, weak.Make(o)
			switch i % 4 {
			case 0:
				runtime.SetFinalizer(o, func(o *object) {
					if o.self != o || o.id < magic {
						panic("a finalizer got something else")
					}
					o.finalise.Store(true)
					finalised.Add(1)
				})
			case 1:
				runtime.AddCleanup(o, func(n int) { cleaned.Add(int64(n)) }, 1)
			case 2:
				time.AfterFunc(time.Duration(i%50)*time.Millisecond, func() { fired.Add(int64(o.id - magic - i + 1)) })
			default:
				time.NewTimer(time.Hour)
			}
			if i%100 == 50 {
				kept = append(kept, o)
			}
		}
	}()
	var stop atomic.Bool
	var done sync.WaitGroup
	for range 3 {
		done.Add(1)
		go watch(ws, &stop, &done)
	}
	for range 4 {
		runtime.GC()
		junk := make([]*object, 2000)
		for i := range junk {
			junk[i] = make1(many * 2)
		}
	}
	stop.Store(true)
	done.Wait()
	for i, o := range kept {
		if got := ws[i*100+50].Value(); got != o {
			panic("a weak pointer of a live object is nil")
		}
	}
	return kept
}

func main() {
	for range rounds {
		runtime.KeepAlive(round())
	}
	wants := int64(rounds * many / 4)
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		if finalised.Load() == wants && cleaned.Load() == wants && fired.Load() == wants {
			break
		}
	}
	fmt.Println(finalised.Load() == wants, cleaned.Load() == wants, fired.Load() == wants, revived.Load())
}
