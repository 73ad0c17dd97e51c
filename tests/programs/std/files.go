// os, io, path/filepath, os/exec-free file work, errors of the system, pipes, environment.
// args: one two -x
// env: SOME_VAR=value
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	fmt.Println(filepath.Base(os.Args[0]), os.Args[1:], os.Getenv("SOME_VAR"), os.ExpandEnv("$SOME_VAR-${NONE}"))
	dir := must(os.MkdirTemp("", "undergo-test"))
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "a.txt")
	fmt.Println(os.WriteFile(name, []byte("hello\nworld\n"), 0o644), string(must(os.ReadFile(name))))
	f := must(os.OpenFile(name, os.O_RDWR|os.O_APPEND, 0))
	fmt.Fprint(f, "more")
	fmt.Println(must(f.Seek(0, io.SeekStart)), string(must(io.ReadAll(f))), must(f.Stat()).Size())
	buf := make([]byte, 3)
	fmt.Println(must(f.ReadAt(buf, 6)), string(buf))
	fmt.Println(f.Close(), errors.Is(f.Close(), os.ErrClosed))
	_, err := os.Open(filepath.Join(dir, "none"))
	var pe *fs.PathError
	fmt.Println(errors.Is(err, fs.ErrNotExist), errors.As(err, &pe), pe.Op, pe.Err)
	os.MkdirAll(filepath.Join(dir, "x/y"), 0o755)
	os.WriteFile(filepath.Join(dir, "x/y/b.txt"), nil, 0o600)
	os.Symlink("a.txt", filepath.Join(dir, "link"))
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		rel, _ := filepath.Rel(dir, p)
		fmt.Println(rel, d.IsDir(), d.Type(), err)
		return nil
	})
	fmt.Println(os.Rename(name, name+"2"), os.Remove(dir) != nil, len(must(filepath.Glob(filepath.Join(dir, "*2")))))
	fi := must(os.Stat(filepath.Join(dir, "x/y/b.txt")))
	fmt.Println(fi.Mode(), fi.Name(), fi.IsDir(), len(must(os.ReadDir(dir))))
	r, w, _ := os.Pipe()
	go func() {
		for i := range 3 {
			fmt.Fprintln(w, "pipe", i)
		}
		w.Close()
	}()
	fmt.Print(string(must(io.ReadAll(r))))
	pr, pw := io.Pipe()
	go func() {
		io.Copy(pw, io.LimitReader(strings.NewReader(strings.Repeat("z", 100)), 10))
		pw.CloseWithError(io.ErrUnexpectedEOF)
	}()
	b, err := io.ReadAll(io.TeeReader(pr, io.Discard))
	fmt.Println(string(b), err)
	fl := flag.NewFlagSet("test", flag.ContinueOnError)
	fl.SetOutput(os.Stdout)
	n, s, v := fl.Int("n", 5, "a `number`"), fl.String("s", "def", "a string"), fl.Bool("v", false, "verbose")
	fmt.Println(fl.Parse([]string{"-n=7", "--v", "-s", "x", "rest"}), *n, *s, *v, fl.Args())
	fmt.Println(fl.Parse([]string{"-bad"}))
	fmt.Println(filepath.Join("a", "../b", "/c"), filepath.Ext("x.tar.gz"), filepath.Clean("/a/./b/.."), must(filepath.Match("*.go", "x.go")), must(os.Getwd()) != "")
	fmt.Println(os.Chdir(dir), os.Getpid() > 1, os.Getuid() >= 0, must(os.Hostname()) != "")
	_, err = os.ReadFile("/proc/self/mem-none")
	fmt.Println(err)
}
