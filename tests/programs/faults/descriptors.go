// Descriptors run out: an error, and everything works again once there are some.
package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	limit := syscall.Rlimit{Cur: 40, Max: 40}
	fmt.Println(syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit))
	var open []*os.File
	for {
		f, err := os.Open("/dev/null")
		if err != nil {
			fmt.Println(err, errors.Is(err, syscall.EMFILE))
			break
		}
		open = append(open, f)
	}
	_, err = net.Dial("tcp", ln.Addr().String())
	fmt.Println(errors.Is(err, syscall.EMFILE))
	_, _, err = os.Pipe()
	fmt.Println(err)
	_, err = exec.Command("/bin/true").Output()
	fmt.Println(errors.Is(err, syscall.EMFILE))
	for _, f := range open {
		f.Close()
	}
	fmt.Println(exec.Command("/bin/true").Run())
	go func() {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			panic(err)
		}
		c.Write([]byte("hello"))
		c.Close()
	}()
	c, err := ln.Accept()
	buf := make([]byte, 10)
	n, _ := c.Read(buf)
	fmt.Println(err, string(buf[:n]))
}
