// Servers and their client, for `cargo xtask bench net`.
//
//	net http-server | echo-server              prints its address, serves until standard input ends
//	net http-client|echo-client ADDRESS PID    loads it and prints what it saw
//
// The client prints one line: requests in a second, nanoseconds of the median and of the 99th percentile, bytes of the
// server's resident memory for an idle connection.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	load     = 3 * time.Second // how long requests are counted
	warm     = 500 * time.Millisecond
	clients  = 64   // that wait for an answer at one time
	open     = 5000 // connections to the echo server
	idleHTTP = 1000 // connections to the HTTP server
)

func main() {
	switch os.Args[1] {
	case "http-server":
		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "Hello, world!\n")
		})
		serve(func(l net.Listener) { check(http.Serve(l, nil)) })
	case "echo-server":
		serve(func(l net.Listener) {
			for {
				c, err := l.Accept()
				check(err)
				go echo(c)
			}
		})
	case "http-client":
		request := []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		client(idleHTTP, request, readResponse)
	case "echo-client":
		message := bytes.Repeat([]byte("echo"), 16)
		client(open, message, func(r *bufio.Reader) error {
			_, err := r.Discard(len(message))
			return err
		})
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(run func(net.Listener)) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(l.Addr())
	go run(l)
	io.Copy(io.Discard, os.Stdin)
}

func echo(c net.Conn) {
	defer c.Close()
	var buf [512]byte
	for {
		n, err := c.Read(buf[:])
		if err != nil {
			return
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return
		}
	}
}

// readResponse reads a header and the body whose length it tells.
func readResponse(r *bufio.Reader) error {
	length := 0
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			_, err := r.Discard(length)
			return err
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(value)))
			check(err)
		}
	}
}

type conn struct {
	net.Conn
	r *bufio.Reader
}

func client(connections int, request []byte, answer func(*bufio.Reader) error) {
	addr, pid := os.Args[2], os.Args[3]
	ask := func(c conn) {
		_, err := c.Write(request)
		check(err)
		check(answer(c.r))
	}
	dial := func() conn {
		c, err := net.Dial("tcp", addr)
		check(err)
		return conn{c, bufio.NewReaderSize(c, 1024)}
	}
	// The first requests set up what all share.
	for range 100 {
		c := dial()
		ask(c)
		c.Close()
	}
	before := resident(pid)
	conns := make([]conn, connections)
	for i := range conns {
		conns[i] = dial()
		ask(conns[i])
	}
	time.Sleep(300 * time.Millisecond)
	idle := (resident(pid) - before) / connections

	var wg sync.WaitGroup
	seen := make([][]time.Duration, clients)
	start := time.Now().Add(warm)
	end := start.Add(load)
	for i := range clients {
		mine := conns[i*connections/clients : (i+1)*connections/clients]
		wg.Go(func() {
			// Each goes round its connections, so that all of them are used.
			for n := 0; ; n++ {
				sent := time.Now()
				if sent.After(end) {
					return
				}
				ask(mine[n%len(mine)])
				if sent.After(start) {
					seen[i] = append(seen[i], time.Since(sent))
				}
			}
		})
	}
	wg.Wait()
	all := slices.Concat(seen...)
	slices.Sort(all)
	fmt.Println(len(all)*int(time.Second)/int(load), all[len(all)/2].Nanoseconds(), all[len(all)*99/100].Nanoseconds(), idle)
}

// resident is the resident memory of a process in bytes.
func resident(pid string) int {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	check(err)
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	check(err)
	return kb * 1024
}
