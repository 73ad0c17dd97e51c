// Everything at once, checking itself: `stress SECONDS`. A kind of work that makes no progress while the process runs for
// twenty seconds of processor time, or for five minutes on the wall, a sum that is wrong, or anything lost ends it with
// a panic.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A kind of work does a round of it and checks the outcome.
type work struct {
	name   string
	round  func()
	rounds atomic.Int64
}

var all = []*work{
	{name: "ring", round: ring},
	{name: "select", round: selects},
	{name: "close", round: closing},
	{name: "locks", round: locks},
	{name: "cond", round: conditions},
	{name: "timers", round: timers},
	{name: "contexts", round: contexts},
	{name: "pipe", round: pipe},
	{name: "tcp", round: tcp},
	{name: "heap", round: heap},
	{name: "finalizers", round: finalizers},
	{name: "panics", round: panics},
	{name: "threads", round: threads},
	{name: "pull", round: pulling},
	{name: "pool", round: pool},
	{name: "spin", round: spin},
	{name: "signals", round: signals},
	{name: "children", round: children},
	{name: "procs", round: procs},
	{name: "traces", round: traces},
	{name: "events", round: events},
}

func main() {
	seconds, err := strconv.Atoi(os.Args[1])
	check(err)
	var stop atomic.Bool
	var wg sync.WaitGroup
	for _, w := range all {
		wg.Go(func() {
			for !stop.Load() {
				w.round()
				w.rounds.Add(1)
			}
		})
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	before := make([]int64, len(all))
	since, used := time.Now(), processor()
	for time.Now().Before(end) {
		time.Sleep(min(5*time.Second, time.Until(end)))
		if processor()-used < 20*time.Second && time.Since(since) < 5*time.Minute {
			continue
		}
		since, used = time.Now(), processor()
		for i, w := range all {
			n := w.rounds.Load()
			if n == before[i] && time.Now().Before(end) {
				panic(w.name + " makes no progress")
			}
			before[i] = n
		}
	}
	stop.Store(true)
	done := make(chan bool)
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(60 * time.Second):
		panic("some work does not end")
	}
	for _, w := range all {
		fmt.Println(w.name, w.rounds.Load())
	}
}

// processor gives the time that the process has run on processors.
func processor() time.Duration {
	var u syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect[T comparable](got, want T, what string) {
	if got != want {
		panic(fmt.Sprintf("%s: %v, not %v", what, got, want))
	}
}

// Tokens go round a ring of channels.
func ring() {
	const n, laps = 16, 50
	first := make(chan int, 2)
	in := first
	for range n - 1 {
		out := make(chan int, rand.IntN(2))
		go func(in chan int) {
			for t := range in {
				out <- t + 1
			}
			close(out)
		}(in)
		in = out
	}
	sum := 0
	go func() {
		for range laps {
			first <- 0
		}
		close(first)
	}()
	for t := range in {
		sum += t
	}
	expect(sum, laps*(n-1), "ring")
}

// What senders send by select arrives once.
func selects() {
	var chans [4]chan int
	for i := range chans {
		chans[i] = make(chan int, i%2)
	}
	var sent, got atomic.Int64
	var senders, receivers sync.WaitGroup
	for i := range 8 {
		senders.Go(func() {
			for k := range 50 {
				v := i*50 + k
				select {
				case chans[0] <- v:
				case chans[1] <- v:
				case chans[2] <- v:
				case chans[3] <- v:
				}
				sent.Add(int64(v))
			}
		})
	}
	quit := make(chan bool)
	for range 4 {
		receivers.Go(func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for {
				select {
				case v := <-chans[0]:
					got.Add(int64(v))
				case v := <-chans[1]:
					got.Add(int64(v))
				case v := <-chans[2]:
					got.Add(int64(v))
				case v := <-chans[3]:
					got.Add(int64(v))
				case <-tick.C:
				case <-quit:
					for _, c := range chans {
						select {
						case v := <-c:
							got.Add(int64(v))
						default:
						}
					}
					return
				}
			}
		})
	}
	senders.Wait()
	close(quit)
	receivers.Wait()
	expect(got.Load(), sent.Load(), "select")
}

// Everybody who waits for a channel learns that it is closed.
func closing() {
	c, n := make(chan int), 20
	var woken atomic.Int64
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if i%2 == 0 {
				if _, ok := <-c; !ok {
					woken.Add(1)
				}
				return
			}
			select {
			case _, ok := <-c:
				if !ok {
					woken.Add(1)
				}
			case <-make(chan int):
			}
		})
	}
	if rand.IntN(2) == 0 {
		runtime.Gosched()
	}
	close(c)
	wg.Wait()
	expect(woken.Load(), int64(n), "close")
}

func locks() {
	var mu sync.Mutex
	var rw sync.RWMutex
	a, b, c := 0, 0, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 100 {
				mu.Lock()
				a++
				if i%16 == 0 {
					runtime.Gosched()
				}
				mu.Unlock()
				if i%8 == 0 {
					rw.Lock()
					b++
					c++
					rw.Unlock()
				} else {
					rw.RLock()
					expect(b, c, "rwmutex")
					rw.RUnlock()
				}
			}
		})
	}
	wg.Wait()
	expect(a, 800, "mutex")
	expect(b, 8*13, "rwmutex")
}

func conditions() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready, woken := 0, 0
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			mu.Lock()
			defer mu.Unlock()
			for ready == 0 {
				cond.Wait()
			}
			ready--
			woken++
		})
	}
	for i := range 10 {
		mu.Lock()
		ready++
		mu.Unlock()
		if i%3 == 0 {
			cond.Broadcast()
		} else {
			cond.Signal()
		}
	}
	cond.Broadcast()
	wg.Wait()
	expect(woken, 10, "cond")
}

// Each timer fires or is stopped.
func timers() {
	const n = 200
	var fired atomic.Int64
	var wg sync.WaitGroup
	stopped := 0
	var list []*time.Timer
	for i := range n {
		wg.Add(1)
		list = append(list, time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, func() {
			fired.Add(1)
			wg.Done()
		}))
		if i%3 == 0 {
			wg.Add(1)
			if list[i/2].Reset(time.Duration(rand.IntN(500)) * time.Microsecond) {
				wg.Done()
			} else {
				// It had fired, and does so once more.
				stopped--
			}
		}
	}
	for _, t := range list[:n/2] {
		if t.Stop() {
			stopped++
			wg.Done()
		}
	}
	wg.Wait()
	expect(int(fired.Load())+stopped, n, "timers")
	select {
	case <-time.After(time.Millisecond):
	case <-time.After(time.Minute):
		panic("the later timer fired")
	}
}

func contexts() {
	root, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for i := range 10 {
		ctx, stop := context.WithTimeout(root, time.Duration(1+i)*time.Millisecond)
		defer stop()
		wg.Go(func() {
			<-ctx.Done()
			if err := ctx.Err(); !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
				panic(err)
			}
		})
	}
	time.Sleep(time.Duration(rand.IntN(5000)) * time.Microsecond)
	cancel()
	wg.Wait()
}

func pipe() {
	r, w, err := os.Pipe()
	check(err)
	defer r.Close()
	go func() {
		defer w.Close()
		for range 100 {
			_, err := w.Write(make([]byte, 3000))
			check(err)
		}
	}()
	n, err := io.Copy(io.Discard, r)
	check(err)
	expect(n, 300_000, "pipe")
}

func tcp() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.Copy(c, c)
			}()
		}
	}()
	var wg sync.WaitGroup
	for i := range 5 {
		wg.Go(func() {
			c, err := net.Dial("tcp", l.Addr().String())
			check(err)
			defer c.Close()
			text := strings.Repeat(strconv.Itoa(i), 5000)
			go io.WriteString(c, text)
			buf := make([]byte, len(text))
			_, err = io.ReadFull(c, buf)
			check(err)
			expect(string(buf), text, "tcp")
			c.SetReadDeadline(time.Now().Add(time.Millisecond))
			if _, err := c.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
				panic(fmt.Sprint("a read without data: ", err))
			}
		})
	}
	wg.Wait()
}

type node struct {
	left, right *node
	key         int
}

func (n *node) insert(key int) *node {
	switch {
	case n == nil:
		return &node{key: key}
	case key < n.key:
		n.left = n.left.insert(key)
	case key > n.key:
		n.right = n.right.insert(key)
	}
	return n
}

func (n *node) walk(yield func(int) bool) bool {
	return n == nil || n.left.walk(yield) && yield(n.key) && n.right.walk(yield)
}

// A tree, maps and slices that several goroutines build while the collector runs.
func heap() {
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			var root *node
			byKey := map[int]*[]string{}
			keys := rand.Perm(2000)
			for _, k := range keys {
				root = root.insert(k)
				list := append([]string{strconv.Itoa(k)}, strings.Repeat("x", k%50))
				byKey[k] = &list
			}
			next := 0
			root.walk(func(k int) bool {
				expect(k, next, "tree")
				expect((*byKey[k])[0], strconv.Itoa(k), "map")
				expect(len((*byKey[k])[1]), k%50, "map")
				next++
				return true
			})
			expect(next, len(keys), "tree")
		})
	}
	if rand.IntN(4) == 0 {
		runtime.GC()
	}
	wg.Wait()
}

// Finalizers run for what is garbage, and for nothing else.
func finalizers() {
	type object struct{ next *object }
	var gone atomic.Int64
	kept := &object{}
	runtime.SetFinalizer(kept, func(*object) { panic("finalizer of a live object") })
	for range 50 {
		o := &object{next: kept}
		runtime.SetFinalizer(o, func(*object) { gone.Add(1) })
	}
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	runtime.SetFinalizer(kept, nil)
	// The last may still be in a register.
	if n := gone.Load(); n > 50 {
		panic(fmt.Sprint("finalizers: ", n))
	}
	runtime.KeepAlive(kept)
}

func down(n int) (r int) {
	defer func() {
		if e := recover(); e != nil {
			r = n + e.(int)
			if n%100 != 0 {
				panic(r)
			}
		}
	}()
	if n == 0 {
		panic(0)
	}
	return down(n - 1)
}

// Panics go through deep stacks; nil dereferences become panics.
func panics() {
	down(150)
	func() {
		defer func() { expect(recover() != nil, true, "nil dereference") }()
		var n *node
		n.key++
	}()
}

// Threads of goroutines, system calls, and an end with the thread locked.
func threads() {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			runtime.LockOSThread()
			id := syscall.Gettid()
			for range 10 {
				runtime.Gosched()
				t := syscall.NsecToTimespec(int64(rand.IntN(100_000)))
				syscall.Nanosleep(&t, nil)
				expect(syscall.Gettid(), id, "thread")
			}
			if i%4 != 0 {
				runtime.UnlockOSThread()
			}
		})
	}
	wg.Wait()
}

func pulling() {
	next, stop := iter.Pull(slices.Values([]int{1, 2, 3, 4}))
	sum := 0
	for v, ok := next(); ok; v, ok = next() {
		sum += v
		runtime.Gosched()
	}
	stop()
	expect(sum, 10, "pull")
}

var buffers = sync.Pool{New: func() any { return new([64]int) }}

func pool() {
	var wg sync.WaitGroup
	var m sync.Map
	for i := range 8 {
		wg.Go(func() {
			for range 50 {
				b := buffers.Get().(*[64]int)
				for k := range b {
					b[k] = i
				}
				runtime.Gosched()
				for _, v := range b {
					expect(v, i, "pool")
				}
				buffers.Put(b)
			}
			m.Store(i, i*i)
		})
	}
	wg.Wait()
	for i := range 8 {
		v, _ := m.Load(i)
		expect(v, any(i*i), "sync.Map")
	}
}

// A loop without calls, which only a signal preempts.
func spin() {
	var stop atomic.Bool
	time.AfterFunc(5*time.Millisecond, func() { stop.Store(true) })
	n := 0
	for !stop.Load() {
		n++
	}
	time.Sleep(20 * time.Millisecond)
}

func signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	check(syscall.Kill(os.Getpid(), syscall.SIGUSR1))
	expect(<-c, os.Signal(syscall.SIGUSR1), "signal")
	signal.Stop(c)
	time.Sleep(10 * time.Millisecond)
}

func children() {
	out, err := exec.Command("/bin/echo", "child").Output()
	check(err)
	expect(string(out), "child\n", "child")
	time.Sleep(50 * time.Millisecond)
}

func procs() {
	time.Sleep(30 * time.Millisecond)
	runtime.GOMAXPROCS(1 + rand.IntN(4))
}

func traces() {
	buf := make([]byte, 1<<20)
	if !strings.HasPrefix(string(buf[:runtime.Stack(buf, true)]), "goroutine ") {
		panic("a trace without goroutines")
	}
	time.Sleep(100 * time.Millisecond)
}

// events takes an execution trace of whatever else goes on, and a profile of all goroutines.
func events() {
	var out strings.Builder
	check(trace.Start(&out))
	time.Sleep(20 * time.Millisecond)
	trace.Stop()
	expect(strings.HasPrefix(out.String(), "go 1.26 trace"), true, "the trace begins")
	expect(out.Len() > 1000, true, "the trace goes on")
	check(pprof.Lookup("goroutine").WriteTo(io.Discard, 0))
	check(pprof.Lookup("heap").WriteTo(io.Discard, 0))
}
