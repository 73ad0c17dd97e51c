package main

import (
	"strconv"
	"strings"
	"sync"
)

type tree struct{ left, right *tree }

func grow(depth int) *tree {
	if depth == 0 {
		return &tree{}
	}
	return &tree{grow(depth - 1), grow(depth - 1)}
}

func (t *tree) size() int {
	if t.left == nil {
		return 1
	}
	return 1 + t.left.size() + t.right.size()
}

// Binary trees that die young beside one that stays.
func trees() int {
	long := grow(18)
	n := 0
	for depth := 4; depth <= 18; depth += 2 {
		for range 1 << (19 - depth) {
			n += grow(depth).size()
		}
	}
	return n + long.size()
}

type node struct {
	next, prev *node
	key        int
	name       string
}

// Rings of which pieces are cut out, thrown away and made anew.
func lists() int {
	const rings, length = 64, 4096
	var heads [rings]*node
	for i := range heads {
		heads[i] = &node{}
		heads[i].next, heads[i].prev = heads[i], heads[i]
	}
	insert := func(at *node, key int) *node {
		n := &node{next: at.next, prev: at, key: key}
		at.next.prev = n
		at.next = n
		return n
	}
	for i := range heads {
		for k := range length {
			insert(heads[i], k)
		}
	}
	sum := 0
	for round := range 600 {
		head := heads[round%rings]
		n := head
		for range length / 2 {
			n = n.next
		}
		cut := n.next
		n.next, head.prev = head, n
		for n := cut; n != head; n = n.next {
			sum += n.key
		}
		for k := range length / 2 {
			insert(head, k)
		}
	}
	return sum
}

type record struct {
	id   int
	link *record
}

// Maps of pointers that change all the time.
func maps() int {
	m := map[int]*record{}
	var last *record
	for i := range 3_000_000 {
		r := &record{id: i}
		if i%16 != 0 {
			r.link = last
		}
		m[i*7919%200_000] = r
		last = r
		if i%3 == 0 {
			delete(m, i*104_729%200_000)
		}
	}
	sum := 0
	for _, r := range m {
		sum += r.id
	}
	return sum
}

// Two goroutines that make small objects and soon drop them.
func churn2() int {
	var sums [2]int
	var wg sync.WaitGroup
	for g := range sums {
		wg.Go(func() {
			var window [4096]*record
			var data [1024][]byte
			for i := range 6_000_000 {
				r := &record{id: i, link: window[i*31%len(window)]}
				if i*2654435761>>20%8 == 0 {
					r.link = nil
				}
				window[i%len(window)] = r
				if i%4 == 0 {
					data[i/4%len(data)] = make([]byte, 16+i%100)
				}
				sums[g] += r.id & 1
			}
			keep(&window)
			keep(&data)
		})
	}
	wg.Wait()
	return sums[0] + sums[1]
}

// A live heap of 512 MiB: two thirds small objects with pointers, the rest pieces of memory without.
func bigHeap() [][]*record {
	const tables, length = 128, 1 << 15
	all := make([][]*record, tables)
	for t := range all {
		all[t] = make([]*record, length)
		var last *record
		for i := range all[t] {
			last = &record{id: i, link: last}
			all[t][i] = last
		}
	}
	return all
}

type block struct {
	next *block
	data [1000]byte
}

func bigBlocks(n int) *block {
	var head *block
	for range n {
		head = &block{next: head}
	}
	return head
}

// Small objects come and go beside 512 MiB that stay; some of what stays is replaced.
func live512() int {
	table, blocks, junk := bigHeap(), bigBlocks(400<<10), make([]*tree, 1024)
	for i := range 1_500_000 {
		junk[i%len(junk)] = &tree{left: &tree{}, right: &tree{}}
		t := table[i*31%len(table)]
		at := i * 7919 % (len(t) - 1)
		t[at] = &record{id: i, link: t[at+1].link}
		if i%64 == 0 {
			keep(make([]byte, 8192))
		}
	}
	sum := 0
	for _, t := range table {
		for _, r := range t {
			sum += r.id
		}
	}
	for b := blocks; b != nil; b = b.next {
		sum++
	}
	return sum
}

func deep(n int, at *record, then func()) int {
	var local [8]*record
	local[n%8] = at
	if n == 0 {
		then()
		return at.id
	}
	return deep(n-1, &record{id: n, link: local[n%8]}, then) + local[n%8].id
}

// Goroutines that stand deep in recursion while another makes garbage.
func stacks() int {
	const goroutines, depth = 2000, 100
	var ready, done sync.WaitGroup
	release := make(chan bool)
	sums := make([]int, goroutines)
	for g := range goroutines {
		ready.Add(1)
		done.Go(func() {
			sums[g] = deep(depth, &record{id: g}, func() {
				ready.Done()
				<-release
			})
		})
	}
	ready.Wait()
	n := 0
	for range 60 {
		n += grow(16).size()
	}
	close(release)
	done.Wait()
	for _, s := range sums {
		n += s
	}
	return n
}

// Strings that are put together, taken apart and counted.
func texts() int {
	counts := map[string]int{}
	n := 0
	for i := range 60_000 {
		var b strings.Builder
		for j := range 12 {
			b.WriteString(strconv.Itoa(i * j % 1009))
			b.WriteByte(' ')
		}
		line := strings.ToUpper("key " + b.String())
		for _, word := range strings.Fields(line) {
			counts[word+"/"+strconv.Itoa(i%7)]++
		}
		n += len(strings.ReplaceAll(line, " ", ", "))
	}
	return n + len(counts)
}
