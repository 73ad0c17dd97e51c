// What debug.WriteHeapDump writes can be read: objects with their fields, goroutines with their frames, finalizers.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

type reader struct{ *bufio.Reader }

func (r reader) number() uint64 {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		panic(err)
	}
	return n
}

func (r reader) skip(n int) {
	for range n {
		r.number()
	}
}

func (r reader) text() string {
	b := make([]byte, r.number())
	if _, err := io.ReadFull(r, b); err != nil {
		panic(err)
	}
	return string(b)
}

func (r reader) fields() (at []uint64) {
	for {
		switch kind := r.number(); kind {
		case 0:
			return at
		case 1, 2, 3:
			at = append(at, r.number())
		default:
			panic(fmt.Sprint("field of kind ", kind))
		}
	}
}

type node struct {
	name [32]byte
	next *node
}

var first *node

func named(name string, next *node) *node {
	n := &node{next: next}
	copy(n.name[:], name)
	return n
}

func (n *node) finalize() {}

//go:noinline
func waits(ready chan<- bool, c <-chan bool) {
	ready <- true
	<-c
}

func main() {
	first = named("the first of the nodes", named("the second of the nodes", nil))
	runtime.SetFinalizer(first, (*node).finalize)
	ready, c := make(chan bool), make(chan bool)
	go waits(ready, c)
	<-ready
	file, err := os.CreateTemp("", "dump")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	debug.WriteHeapDump(file.Fd())
	close(c)
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		panic(err)
	}
	read(reader{bufio.NewReader(file)})
}

func read(r reader) {
	line, err := r.ReadString('\n')
	fmt.Printf("%q %v\n", line, err)
	var nodes = map[string]int{}
	var finalizers, threads, data, stats int
	var frames = map[string]bool{}
	for {
		kind := r.number()
		switch kind {
		case 0:
			_, err := r.ReadByte()
			fmt.Println("end", err)
			// The dump has them in the order of their addresses, which is not that in which they were made.
			fmt.Println("pointers behind the names of nodes", nodes)
			fmt.Println("nodes", len(nodes), "finalizer", finalizers > 0, "threads", threads > 0, "data", data, "stats", stats)
			fmt.Println("frames", frames["main.main"], frames["main.waits"])
			return
		case 1:
			r.number()
			content, fields := r.text(), r.fields()
			for _, name := range []string{"the first of the nodes", "the second of the nodes"} {
				if i := strings.Index(content, name+"\x00"); i >= 0 && len(fields) == 1 {
					nodes[name] = int(fields[0]) - i
				}
			}
		case 2:
			r.text()
			r.number()
		case 3:
			r.skip(2)
			r.text()
			r.number()
		case 4:
			r.skip(8)
			r.text()
			r.skip(4)
		case 5:
			r.skip(3)
			r.text()
			r.skip(3)
			frames[r.text()] = true
			r.fields()
		case 6:
			r.skip(4)
			fmt.Println(r.text())
			r.text()
			r.number()
		case 7:
			r.skip(5)
			finalizers++
		case 8:
			r.skip(2)
		case 9:
			r.skip(3)
			threads++
		case 10:
			r.skip(24 + 256 + 1)
			stats++
		case 11:
			r.skip(5)
		case 12, 13:
			r.number()
			r.text()
			r.fields()
			data++
		case 14:
			r.skip(7)
		case 15:
			r.skip(6)
		case 16:
			r.skip(2)
			for range r.number() {
				r.text()
				r.text()
				r.number()
			}
			r.skip(2)
		case 17:
			r.skip(2)
		default:
			panic(fmt.Sprint("record of kind ", kind))
		}
	}
}
