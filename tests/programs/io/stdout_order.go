// print and fmt to both outputs, large writes, closed standard output.
package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	for i := range 100 {
		fmt.Fprintln(os.Stdout, i, strings.Repeat("x", i))
	}
	println("builtin")
	fmt.Fprintln(os.Stderr, "fmt")
	os.Stderr.WriteString("direct\n")
	n, err := io.WriteString(os.Stdout, strings.Repeat("0123456789", 20000))
	fmt.Println(n, err)
	os.Stdout.Close()
	_, err = fmt.Println("gone")
	fmt.Fprintln(os.Stderr, err)
}
