package main

// Makes n objects, of which the last thousand live.
func alloc[T any](n int) int {
	var window [1000]*T
	for i := range n {
		window[i%len(window)] = new(T)
	}
	live := 0
	for _, p := range window {
		if p != nil {
			live++
		}
	}
	return live
}

func alloc16() int  { return alloc[[2]int](40_000_000) }
func alloc16p() int { return alloc[[2]*int](40_000_000) }
func alloc64() int  { return alloc[[8]int](20_000_000) }
func alloc64p() int { return alloc[[8]*int](20_000_000) }
func alloc1k() int  { return alloc[[128]int](2_000_000) }
func alloc1kp() int { return alloc[[128]*int](1_000_000) }
func alloc64k() int { return alloc[[8192]int](60_000) }
