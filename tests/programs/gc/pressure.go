// env: GOMAXPROCS=4 GOGC=50
// timeout: 120
// Goroutines allocate, share and drop maps, slices and strings while others do the same.
package main

import (
	"fmt"
	"sort"
	"strings"
	"sync"
)

type cache struct {
	mu sync.Mutex
	m  map[string][]string
}

func main() {
	c := cache{m: map[string][]string{}}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 3000 {
				key := fmt.Sprintf("k%d", (g*7919+i)%997)
				val := strings.Repeat(key, i%20+1)
				c.mu.Lock()
				if i%5 == 0 {
					delete(c.m, key+"gone")
				}
				c.m[key] = append(c.m[key], val)
				if i%3 == 0 {
					c.m[key+"gone"] = make([]string, i%50)
				}
				c.mu.Unlock()
			}
		})
	}
	wg.Wait()
	var keys []string
	n, bad := 0, 0
	for k, vs := range c.m {
		if strings.HasSuffix(k, "gone") {
			continue
		}
		keys = append(keys, k)
		for _, v := range vs {
			n += len(v)
			if strings.ReplaceAll(v, k, "") != "" {
				bad++
			}
		}
	}
	sort.Strings(keys)
	fmt.Println(len(keys), keys[0], keys[len(keys)-1], n, bad)
}
