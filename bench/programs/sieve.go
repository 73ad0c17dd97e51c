// Byte stores and loads with bounds checks: the sieve of Eratosthenes.
package main

import "fmt"

func sieve(n int) (count int) {
	composite := make([]bool, n+1)
	for i := 2; i <= n; i++ {
		if composite[i] {
			continue
		}
		count++
		for j := i * i; j <= n; j += i {
			composite[j] = true
		}
	}
	return
}

func main() {
	total := 0
	for range 10 {
		total += sieve(5_000_000)
	}
	fmt.Println(total)
}
