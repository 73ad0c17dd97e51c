// A machine of four memory nodes (GODEBUG=numatree names a tree like that of /sys/devices/system/node): work spreads to
// all Ps, also when GOMAXPROCS changes, and what goroutines make is whole wherever it is looked at, changed and dropped.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	if len(os.Args) > 1 {
		for _, procs := range []int{8, 3, 1, 13} {
			runtime.GOMAXPROCS(procs)
			fmt.Println(procs, spread(procs), exchange(procs))
		}
		return
	}
	dir, err := os.MkdirTemp("", "nodes")
	check(err)
	defer os.RemoveAll(dir)
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		check(os.MkdirAll(filepath.Dir(path), 0o777))
		check(os.WriteFile(path, []byte(text+"\n"), 0o666))
	}
	write("online", "0-2,5")
	for i, id := range []int{0, 1, 2, 5} {
		write(fmt.Sprintf("node%d/cpulist", id), fmt.Sprintf("%d-%d", 4*i, 4*i+3))
		write(fmt.Sprintf("node%d/distance", id), []string{"10 20 30 20", "20 10 20 30", "30 20 10 20", "20 30 20 10"}[i])
	}
	self, err := os.Executable()
	check(err)
	child := exec.Command(self, "child")
	child.Env = append(os.Environ(), "GODEBUG=numatree="+dir)
	out, err := child.CombinedOutput()
	fmt.Print(string(out))
	check(err)
}

// spread has as many goroutines as there are Ps meet: all of them must run at once.
func spread(procs int) bool {
	var arrived atomic.Int32
	var all sync.WaitGroup
	for range procs {
		all.Add(1)
		go func() {
			defer all.Done()
			arrived.Add(1)
			for start := time.Now(); arrived.Load() < int32(procs); {
				if time.Since(start) > 20*time.Second {
					panic("they do not meet")
				}
			}
		}()
	}
	all.Wait()
	return arrived.Load() == int32(procs)
}

type node struct {
	left, right *node
	data        []byte
}

func grow(depth int) *node {
	n := &node{data: make([]byte, 1<<(depth%12))}
	n.data[len(n.data)-1] = byte(depth)
	if depth > 0 {
		n.left, n.right = grow(depth-1), grow(depth-1)
	}
	return n
}

func (n *node) count(depth int) int {
	if n.data[len(n.data)-1] != byte(depth) || (n.left == nil) != (depth == 0) {
		panic("it has changed")
	}
	if depth == 0 {
		return 1
	}
	return n.left.count(depth-1) + n.right.count(depth-1) + 1
}

// exchange has goroutines make trees, hand them on, prune those of others, and drop them.
func exchange(procs int) int {
	ring := make([]chan *node, procs)
	for i := range ring {
		ring[i] = make(chan *node, 1)
	}
	var total atomic.Int64
	var all sync.WaitGroup
	for i := range ring {
		all.Go(func() {
			for round := range 20 {
				ring[(i+1)%procs] <- grow(9)
				other := <-ring[i]
				total.Add(int64(other.count(9)))
				other.left.left = grow(7)
				total.Add(int64(other.count(9)))
				if round%7 == i%7 {
					big := make([]*node, 40_000)
					big[len(big)-1] = other.right
					runtime.GC()
					total.Add(int64(big[len(big)-1].count(8)))
				}
			}
		})
	}
	all.Wait()
	return int(total.Load())
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
