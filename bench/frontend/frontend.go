// Parses and type-checks packages with go/parser and go/types, for comparison with undergo's front end: the same files
// in the same order, read before the clock starts. The list of files is the argument: a line for each package, path and
// files separated by tabs, dependencies first; import paths that mean others follow as path=meaning.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"syscall"
	"time"
)

type source struct {
	name string
	text []byte
}

type unit struct {
	path    string
	sources []source
	files   []*ast.File
	means   map[string]string
}

func main() {
	list, err := os.ReadFile(os.Args[1])
	if err != nil {
		fatal(err)
	}
	units := read(strings.Split(strings.TrimSpace(string(list)), "\n"))
	fset := token.NewFileSet()
	timed("parse", func() { parse(fset, units) })
	timed("check", func() { check(fset, units) })
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	fmt.Println("peak", usage.Maxrss)
}

func read(lines []string) []*unit {
	var units []*unit
	for _, line := range lines {
		parts := strings.Split(line, "\t")
		u := &unit{path: parts[0], means: map[string]string{}}
		for _, part := range parts[1:] {
			if path, meaning, ok := strings.Cut(part, "="); ok {
				u.means[path] = meaning
				continue
			}
			text, err := os.ReadFile(part)
			if err != nil {
				fatal(err)
			}
			u.sources = append(u.sources, source{part, text})
		}
		units = append(units, u)
	}
	return units
}

func parse(fset *token.FileSet, units []*unit) {
	for _, u := range units {
		for _, s := range u.sources {
			file, err := parser.ParseFile(fset, s.name, s.text, parser.SkipObjectResolution)
			if err != nil {
				fatal(err)
			}
			u.files = append(u.files, file)
		}
	}
}

type imports struct {
	done  map[string]*types.Package
	means map[string]string
}

func (i imports) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if meaning, ok := i.means[path]; ok {
		path = meaning
	}
	if pkg, ok := i.done[path]; ok {
		return pkg, nil
	}
	return nil, fmt.Errorf("%s comes later", path)
}

func check(fset *token.FileSet, units []*unit) {
	done := map[string]*types.Package{}
	for _, u := range units {
		info := &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Defs:       map[*ast.Ident]types.Object{},
			Uses:       map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
			Instances:  map[*ast.Ident]types.Instance{},
			Implicits:  map[ast.Node]types.Object{},
		}
		conf := types.Config{Importer: imports{done, u.means}, Sizes: types.SizesFor("gc", "amd64")}
		pkg, err := conf.Check(u.path, fset, u.files, info)
		if err != nil {
			fatal(err)
		}
		done[u.path] = pkg
	}
}

// timed prints the processor time of f in nanoseconds, the collector's included, and the time on the wall.
func timed(name string, f func()) {
	start, cpu := time.Now(), processor()
	f()
	fmt.Println(name, processor()-cpu, time.Since(start).Nanoseconds())
}

func processor() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func fatal(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
