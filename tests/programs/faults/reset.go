// Connections that the peer resets while we write, read, or wait with a deadline.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

func main() {
	ln := listen()
	// Its connections stay open, unread.
	quiet := listen()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				// What the client sends is not read: closing resets the connection.
				time.Sleep(5 * time.Millisecond)
				c.(*net.TCPConn).SetLinger(0)
				c.Close()
			}()
		}
	}()
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed := map[string]int{}
	for range 20 {
		wg.Go(func() {
			c := dial(ln)
			defer c.Close()
			big := make([]byte, 1<<20)
			var err error
			for err == nil {
				_, err = c.Write(big)
			}
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) {
				failed["write"]++
			}
		})
		wg.Go(func() {
			c := dial(ln)
			defer c.Close()
			_, err := c.Read(make([]byte, 10))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, syscall.ECONNRESET) || err == io.EOF {
				failed["read"]++
			}
		})
		wg.Go(func() {
			c := dial(quiet)
			defer c.Close()
			c.SetReadDeadline(time.Now().Add(time.Microsecond))
			_, err := c.Read(make([]byte, 10))
			mu.Lock()
			defer mu.Unlock()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				failed["deadline"]++
			}
		})
	}
	wg.Wait()
	ln.Close()
	quiet.Close()
	fmt.Println(failed)
}

func listen() net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	return ln
}

// dial tries again if the peer was quicker than the end of our connecting.
func dial(ln net.Listener) net.Conn {
	for {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			return c
		}
		if !errors.Is(err, syscall.ECONNRESET) {
			panic(err)
		}
	}
}
