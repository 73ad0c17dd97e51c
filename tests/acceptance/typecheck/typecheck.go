// Parses and type-checks packages of GOROOT from source (net/http, unless arguments name others), with everything they
// import, and prints a summary that is the same on every run.
package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"hash/fnv"
	"os"
	"path/filepath"
	"sort"
)

func main() {
	paths := os.Args[1:]
	if len(paths) == 0 {
		paths = []string{"net/http"}
	}
	build.Default.CgoEnabled = false
	build.Default.GOROOT = os.Getenv("GOROOT")
	for _, path := range paths {
		if err := check(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func check(path string) error {
	pkg, err := build.Import(path, "", 0)
	if err != nil {
		return err
	}
	fset := token.NewFileSet()
	var files []*ast.File
	nodes := 0
	for _, name := range pkg.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(pkg.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				nodes++
			}
			return true
		})
		files = append(files, file)
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
		Instances:  map[*ast.Ident]types.Instance{},
		Implicits:  map[ast.Node]types.Object{},
	}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	checked, err := conf.Check(path, fset, files, info)
	if err != nil {
		return err
	}
	fmt.Println(path, len(files), "files", nodes, "nodes", len(checked.Imports()), "imports")
	fmt.Println(len(info.Types), "types", len(info.Defs), "definitions", len(info.Uses), "uses", len(info.Selections), "selections", len(info.Instances), "instances", len(info.Implicits), "implicits")
	hash := fnv.New64a()
	var lines []string
	for e, tv := range info.Types {
		p := fset.Position(e.Pos())
		lines = append(lines, fmt.Sprint(filepath.Base(p.Filename), ":", p.Line, ":", p.Column, " ", types.ExprString(e), " ", tv.Type, " ", tv.Value))
	}
	sort.Strings(lines)
	for _, l := range lines {
		fmt.Fprintln(hash, l)
	}
	fmt.Printf("all expressions %016x\n", hash.Sum64())
	for _, name := range checked.Scope().Names() {
		if obj := checked.Scope().Lookup(name); obj.Exported() {
			fmt.Println(types.ObjectString(obj, types.RelativeTo(checked)))
			if t, ok := obj.Type().(*types.Named); ok {
				for i := range t.NumMethods() {
					if m := t.Method(i); m.Exported() {
						fmt.Println("\t" + types.ObjectString(m, types.RelativeTo(checked)))
					}
				}
			}
		}
	}
	return nil
}
