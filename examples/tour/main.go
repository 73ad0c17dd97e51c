// A small tour: goroutines, channels, maps, fmt, sort and time in one program.
package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

const verse = `the quick brown fox jumps over the lazy dog while
the quiet dog dreams of the fox and the moon over the hill`

// count is how often a word occurs.
type count struct {
	word string
	n    int
}

// tally counts words with a few goroutines, each with its own share of the lines.
func tally(lines []string) map[string]int {
	words := make(chan string)
	var readers sync.WaitGroup
	for _, line := range lines {
		readers.Go(func() {
			for word := range strings.FieldsSeq(line) {
				words <- word
			}
		})
	}
	go func() {
		readers.Wait()
		close(words)
	}()
	counts := map[string]int{}
	for word := range words {
		counts[word]++
	}
	return counts
}

// primes sends the primes below n, each found by one more goroutine in a chain of filters.
func primes(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		numbers := generate(n)
		for {
			prime, ok := <-numbers
			if !ok {
				return
			}
			out <- prime
			numbers = filter(numbers, prime)
		}
	}()
	return out
}

func generate(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 2; i < n; i++ {
			out <- i
		}
	}()
	return out
}

// filter passes on what prime does not divide.
func filter(in <-chan int, prime int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for x := range in {
			if x%prime != 0 {
				out <- x
			}
		}
	}()
	return out
}

// race lets three goroutines sleep; the shortest sleep wins.
func race() string {
	winner := make(chan string, 3)
	for name, pause := range map[string]time.Duration{"hare": 5, "fox": 60, "tortoise": 120} {
		go func() {
			time.Sleep(pause * time.Millisecond)
			winner <- name
		}()
	}
	select {
	case name := <-winner:
		return name
	case <-time.After(10 * time.Second):
		return "nobody"
	}
}

func divide(a, b int) (result string) {
	defer func() {
		if r := recover(); r != nil {
			result = fmt.Sprint("recovered: ", r)
		}
	}()
	return fmt.Sprint(a / b)
}

func main() {
	fmt.Println("Words:")
	var counts []count
	for word, n := range tally(strings.Split(verse, "\n")) {
		counts = append(counts, count{word, n})
	}
	slices.SortFunc(counts, func(a, b count) int {
		return cmp.Or(-cmp.Compare(a.n, b.n), strings.Compare(a.word, b.word))
	})
	for _, c := range counts[:5] {
		fmt.Printf("%8s %s\n", c.word, strings.Repeat("*", c.n))
	}
	fmt.Print("Primes:")
	for p := range primes(60) {
		fmt.Print(" ", p)
	}
	fmt.Println()
	fmt.Println("Winner:", race())
	fmt.Println("Divide:", divide(7, 2), "and", divide(7, 0))
	day := time.Date(2012, time.March, 28, 0, 0, 0, 0, time.UTC)
	fmt.Println("Go 1 came out on a", day.Weekday(), "in", day.Month(), day.Year())
}
