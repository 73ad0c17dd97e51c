// env: GOMAXPROCS=4
// Context: cancellation, deadlines, values, causes, AfterFunc, WithoutCancel.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

type key string

func main() {
	root := context.WithValue(context.Background(), key("k"), "v")
	ctx, cancel := context.WithCancel(root)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			child, stop := context.WithTimeout(ctx, time.Hour)
			defer stop()
			<-child.Done()
		})
	}
	fmt.Println(ctx.Err(), ctx.Value(key("k")), ctx.Value("k"))
	cancel()
	wg.Wait()
	fmt.Println(ctx.Err(), context.Cause(ctx))
	short, stop := context.WithTimeout(root, 5*time.Millisecond)
	defer stop()
	select {
	case <-short.Done():
		fmt.Println(short.Err(), errors.Is(short.Err(), context.DeadlineExceeded))
	case <-time.After(10 * time.Second):
		fmt.Println("too late")
	}
	cc, cancelCause := context.WithCancelCause(root)
	done := make(chan bool)
	context.AfterFunc(cc, func() { done <- true })
	free := context.WithoutCancel(cc)
	cancelCause(errors.New("because"))
	fmt.Println(<-done, cc.Err(), context.Cause(cc), free.Err(), free.Value(key("k")))
	_, has := short.Deadline()
	fmt.Println(has, ctx)
}
