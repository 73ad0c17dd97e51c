// env: GOMAXPROCS=4
// runs: 5
// Mutex, RWMutex, Once, WaitGroup, Cond, Pool, Map, atomics, errgroup-like use, singleflight by hand.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

func main() {
	var mu sync.Mutex
	var rw sync.RWMutex
	var wg sync.WaitGroup
	n, at, shared := 0, atomic.Int64{}, map[int]int{}
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for j := range 2000 {
				mu.Lock()
				n++
				mu.Unlock()
				at.Add(2)
				if j%10 == 0 {
					rw.Lock()
					shared[j]++
					rw.Unlock()
				} else {
					rw.RLock()
					_ = shared[i]
					rw.RUnlock()
				}
			}
		}()
	}
	wg.Wait()
	fmt.Println(n, at.Load(), len(shared), shared[0], mu.TryLock(), mu.TryLock(), rw.TryRLock(), rw.TryLock())
	var once sync.Once
	for range 10 {
		wg.Go(func() { once.Do(func() { fmt.Println("once") }) })
	}
	wg.Wait()
	val := sync.OnceValue(func() int { fmt.Println("computing"); return 42 })
	fmt.Println(val(), val())
	var cmu sync.Mutex
	cond := sync.NewCond(&cmu)
	queue, got := []int{}, 0
	for range 4 {
		wg.Go(func() {
			for range 25 {
				cmu.Lock()
				for len(queue) == 0 {
					cond.Wait()
				}
				got += queue[0]
				queue = queue[1:]
				cmu.Unlock()
			}
		})
	}
	for i := range 100 {
		cmu.Lock()
		queue = append(queue, i)
		cmu.Unlock()
		if i%2 == 0 {
			cond.Signal()
		} else {
			cond.Broadcast()
		}
	}
	wg.Wait()
	fmt.Println(got)
	pool := sync.Pool{New: func() any { return new([64]byte) }}
	for range 100 {
		b := pool.Get().(*[64]byte)
		b[0]++
		pool.Put(b)
	}
	var m sync.Map
	for i := range 100 {
		wg.Go(func() {
			m.Store(i%10, i%10*2)
			m.LoadOrStore("k", i)
		})
	}
	wg.Wait()
	total := 0
	m.Range(func(k, v any) bool {
		if k, ok := k.(int); ok {
			total += k + v.(int)
		}
		return true
	})
	_, loaded := m.LoadAndDelete(3)
	_, still := m.Load(3)
	fmt.Println(total, loaded, still)
	var p atomic.Pointer[string]
	s, t := "a", "b"
	fmt.Println(p.Load() == nil, p.CompareAndSwap(nil, &s), *p.Swap(&t), *p.Load())
	var u32 uint32
	var v atomic.Value
	v.Store([]int{1})
	fmt.Println(atomic.AddUint32(&u32, ^uint32(0)), atomic.CompareAndSwapUint32(&u32, 1, 2), atomic.SwapUint32(&u32, 7), v.Load(), atomic.OrUint32(&u32, 8), atomic.AndUint32(&u32, 3), u32)
	var spin atomic.Bool
	go func() { spin.Store(true) }()
	for !spin.Load() {
	}
	fmt.Println("spun")
}
