package a

import (
	"fmt"
	"testing"
	"time"
)

func TestOne(t *testing.T) {
	fmt.Println("one of a")
	time.Sleep(300 * time.Millisecond)
}
