package b

import (
	"fmt"
	"testing"
	"time"
)

func TestOne(t *testing.T) {
	fmt.Println("one of b")
	time.Sleep(1 * time.Millisecond)
}
