// go:embed into a string, bytes and a file system.
package main

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed files/hello.txt
var text string

//go:embed files/sub/data.bin
var data []byte

//go:embed files
var tree embed.FS

//go:embed files/*.txt all:files/_hidden.txt
var some embed.FS

func main() {
	fmt.Printf("%q %v\n", text, data)
	fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		info, _ := d.Info()
		fmt.Println(path, d.IsDir(), info.Size(), info.Mode(), err)
		return nil
	})
	b, err := some.ReadFile("files/_hidden.txt")
	fmt.Println(string(b), err)
	_, err = tree.Open("files/none")
	fmt.Println(err)
}
