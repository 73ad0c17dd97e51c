package pass

import (
	"flag"
	"fmt"
	"runtime"
	"testing"
)

var word = flag.String("word", "none", "")

func TestDouble(t *testing.T) {
	if Double(2) != 4 {
		t.Fatal("no")
	}
}

func TestSub(t *testing.T) {
	for _, name := range []string{"one", "two words", "one"} {
		t.Run(name, func(t *testing.T) { t.Log("here", name) })
	}
}

func TestSkip(t *testing.T) { t.Skip("because") }

func TestShort(t *testing.T) { t.Log("short:", testing.Short(), "verbose:", testing.Verbose()) }

func TestWord(t *testing.T) { t.Log(*word, flag.Args()) }

func TestProcs(t *testing.T) { fmt.Println("procs", runtime.GOMAXPROCS(0)) }

func TestAttr(t *testing.T) {
	t.Attr("key", "value")
	fmt.Fprintln(t.Output(), "through Output")
}

func TestParallel(t *testing.T) {
	t.Run("p", func(t *testing.T) { t.Parallel() })
}

func FuzzDouble(f *testing.F) {
	f.Add(1)
	f.Add(2)
	f.Fuzz(func(t *testing.T, n int) {
		if Double(n) != n+n {
			t.Fatal(n)
		}
	})
}

func ExampleDouble() {
	fmt.Println(Double(21))
	// Output: 42
}
