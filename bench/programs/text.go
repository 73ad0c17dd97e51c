// Strings: building, splitting, searching, formatting.
package main

import (
	"fmt"
	"strings"
)

func main() {
	var b strings.Builder
	for i := range 300_000 {
		fmt.Fprintf(&b, "line %d has %x and %s\n", i, i*i, "words")
	}
	text, n := b.String(), 0
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		n += len(fields) + strings.Index(line, "has") + strings.Count(line, "s")
		if strings.Contains(strings.ToUpper(fields[3]), "F") {
			n++
		}
	}
	fmt.Println(n, len(strings.ReplaceAll(text, "words", "wörter")))
}
