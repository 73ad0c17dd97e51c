// Word frequencies of a directory tree, counted in parallel by everything Go has for that: walkers feed a channel of
// files, a worker pool reads them, words go into a mutex-guarded map and into a sharded one, a ticker reports progress,
// selects with default and with a timeout keep it moving, and a second run is cancelled half-way.
//
// Usage: wordfreq dir. The output depends on the tree alone, not on scheduling.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
)

const (
	nWorkers = 8
	nShards  = 16
	nTop     = 40
)

// guarded is one map behind one lock.
type guarded struct {
	mu     sync.Mutex
	counts map[string]int
}

func (g *guarded) merge(local map[string]int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for w, n := range local {
		g.counts[w] += n
	}
}

// sharded spreads words over maps with locks of their own.
type sharded struct {
	seed   maphash.Seed
	shards [nShards]struct {
		mu     sync.RWMutex
		counts map[string]int
	}
}

func newSharded() *sharded {
	s := &sharded{seed: maphash.MakeSeed()}
	for i := range s.shards {
		s.shards[i].counts = map[string]int{}
	}
	return s
}

func (s *sharded) add(word string, n int) {
	shard := &s.shards[maphash.String(s.seed, word)%nShards]
	shard.mu.Lock()
	shard.counts[word] += n
	shard.mu.Unlock()
}

func (s *sharded) total() (words, sum int) {
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.RLock()
		words += len(shard.counts)
		for _, n := range shard.counts {
			sum += n
		}
		shard.mu.RUnlock()
	}
	return
}

// walk sends the Go files below the roots; each root has a walker of its own.
func walk(ctx context.Context, dir string, out chan<- string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var walkers sync.WaitGroup
	var failed atomic.Pointer[error]
	for _, e := range entries {
		root := filepath.Join(dir, e.Name())
		walkers.Go(func() {
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				if !d.Type().IsRegular() || filepath.Ext(path) != ".go" {
					return nil
				}
				select {
				case out <- path:
					return nil
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			})
			if err != nil {
				failed.CompareAndSwap(nil, &err)
			}
		})
	}
	walkers.Wait()
	if p := failed.Load(); p != nil {
		return *p
	}
	return nil
}

type stats struct {
	files, bytes, words atomic.Int64
	ticks, skipped      atomic.Int64
}

func count(path string, st *stats) (map[string]int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	local := map[string]int{}
	for w := range strings.FieldsFuncSeq(string(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '_' }) {
		local[strings.ToLower(w)]++
		st.words.Add(1)
	}
	st.files.Add(1)
	st.bytes.Add(int64(len(text)))
	return local, nil
}

// run counts the tree; it ends early when the context does.
func run(ctx context.Context, dir string, limit int64, stop context.CancelCauseFunc) (*guarded, *sharded, *stats, error) {
	one, many, st := &guarded{counts: map[string]int{}}, newSharded(), &stats{}
	paths, progress := make(chan string), make(chan string, 4)
	var workers sync.WaitGroup
	for range nWorkers {
		workers.Go(func() {
			for path := range paths {
				local, err := count(path, st)
				if err != nil {
					stop(err)
					return
				}
				one.merge(local)
				for w, n := range local {
					many.add(w, n)
				}
				select {
				case progress <- path:
				default:
					st.skipped.Add(1)
				}
				if limit > 0 && st.files.Load() >= limit {
					stop(errEnough)
				}
			}
		})
	}
	reporter := make(chan struct{})
	go func() {
		defer close(reporter)
		ticker := time.NewTicker(time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case _, ok := <-progress:
				if !ok {
					return
				}
			case <-ticker.C:
				st.ticks.Add(1)
			case <-time.After(time.Minute):
				panic("no progress for a minute")
			}
		}
	}()
	err := walk(ctx, dir, paths)
	close(paths)
	workers.Wait()
	close(progress)
	<-reporter
	return one, many, st, err
}

var errEnough = errors.New("enough")

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: wordfreq dir")
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	one, many, st, err := run(ctx, os.Args[1], 0, stop)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(st.files.Load(), "files", st.bytes.Load(), "bytes", st.words.Load(), "words", len(one.counts), "distinct")
	words, sum := many.total()
	fmt.Println("sharded agrees:", words == len(one.counts), int64(sum) == st.words.Load())
	type entry struct {
		word string
		n    int
	}
	top := make([]entry, 0, len(one.counts))
	for w, n := range one.counts {
		top = append(top, entry{w, n})
	}
	slices.SortFunc(top, func(a, b entry) int { return cmp.Or(b.n-a.n, strings.Compare(a.word, b.word)) })
	for _, e := range top[:min(nTop, len(top))] {
		fmt.Printf("%8d %s\n", e.n, e.word)
	}
	half, stopHalf := context.WithCancelCause(context.Background())
	_, _, st2, err := run(half, os.Args[1], st.files.Load()/2, stopHalf)
	fmt.Println("cancelled half-way:", errors.Is(err, errEnough), st2.files.Load() < st.files.Load())
}
