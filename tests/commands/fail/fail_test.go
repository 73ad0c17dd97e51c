package fail

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("before")
	code := m.Run()
	fmt.Println("after", code)
	os.Exit(code)
}

func TestGood(t *testing.T) {}

func TestBad(t *testing.T) {
	t.Error("one")
	t.Run("sub", func(t *testing.T) { t.Fatal("two\nlines") })
}

func TestNext(t *testing.T) { helper(t) }

func helper(t *testing.T) {
	t.Helper()
	t.Error("in TestNext")
}

func TestCleanup(t *testing.T) {
	t.Cleanup(func() { t.Log("cleaned") })
	defer fmt.Println("deferred")
	t.FailNow()
}

func ExampleWrong() {
	fmt.Println("got this")
	// Output: wanted that
}

func TestLast(t *testing.T) {
	if os.Getenv("PANIC") != "" {
		panic("the last one")
	}
}
