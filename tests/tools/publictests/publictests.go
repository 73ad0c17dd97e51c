// publictests SOURCE TARGET copies the external tests of package SOURCE (a directory) to TARGET as far as they use what
// is public only. Declarations that refer to something the package exports to its own tests, that build programs with
// the go command, or that use such a declaration, are blanked out; lines keep their numbers.
package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

// What makes a test one of the go command's, or run its own program again: what that does is decided in TestMain, which
// may be gone.
var processes = map[string]bool{
	"testenv.GoToolPath": true, "testenv.GoTool": true, "testenv.MustHaveGoBuild": true, "testenv.MustHaveGoRun": true,
	"testenv.MustHaveBuildMode": true, "testenv.MustHaveCGO": true, "testenv.MustInternalLink": true,
	"testenv.Executable": true, "os.Executable": true, "os.Args": true,
}

type file struct {
	name string
	text []byte
}

func main() {
	source, target := os.Args[1], os.Args[2]
	files, err := load(source)
	check(err)
	check(os.RemoveAll(target))
	check(os.MkdirAll(target, 0o777))
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "source", nil)
	for round := 0; ; round++ {
		if round == 100 {
			check(fmt.Errorf("%s: no end of errors", source))
		}
		if !strip(fset, imports, files) {
			break
		}
	}
	for _, f := range files {
		check(os.WriteFile(filepath.Join(target, f.name), f.text, 0o666))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "publictests:", err)
		os.Exit(1)
	}
}

// load reads the files of the external test package that are for this system.
func load(dir string) ([]*file, error) {
	p, err := build.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*file
	for _, name := range p.XTestGoFiles {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		files = append(files, &file{name, text})
	}
	return files, nil
}

// strip blanks out what does not type-check; whether there was anything.
func strip(fset *token.FileSet, imports types.Importer, files []*file) bool {
	var trees []*ast.File
	for _, f := range files {
		tree, err := parser.ParseFile(fset, f.name, f.text, parser.ParseComments)
		check(err)
		trees = append(trees, tree)
	}
	var bad []token.Pos
	config := types.Config{Importer: imports, FakeImportC: true, Error: func(err error) {
		bad = append(bad, err.(types.Error).Pos)
	}}
	config.Check("runtime_test", fset, trees, nil)
	for _, tree := range trees {
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && processes[x.Name+"."+n.Sel.Name] {
					bad = append(bad, n.Pos())
				}
			case *ast.FuncDecl:
				// Defined in assembly, or by a linkname.
				if n.Body == nil {
					bad = append(bad, n.Pos())
				}
			}
			return true
		})
	}
	any := false
	for _, pos := range bad {
		for i, tree := range trees {
			if tree.FileStart <= pos && pos < tree.FileEnd {
				if from, to, ok := declaration(tree, pos); ok {
					blank(files[i].text, fset.Position(from).Offset, fset.Position(to).Offset)
					any = true
				}
			}
		}
	}
	return any
}

// declaration finds what to blank out for an error at pos: a function, or one specification of a group.
func declaration(tree *ast.File, pos token.Pos) (from, to token.Pos, ok bool) {
	for _, d := range tree.Decls {
		if pos < d.Pos() || d.End() <= pos {
			continue
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Lparen.IsValid() && g.Tok != token.CONST {
			for _, s := range g.Specs {
				if s.Pos() <= pos && pos < s.End() {
					return s.Pos(), s.End(), true
				}
			}
		}
		return d.Pos(), d.End(), true
	}
	return 0, 0, false
}

func blank(text []byte, from, to int) {
	for i := range text[from:to] {
		if text[from+i] != '\n' {
			text[from+i] = ' '
		}
	}
	// A directive before it would stand alone.
	before := strings.TrimRight(string(text[:from]), " \t\n")
	start := strings.LastIndexByte(before, '\n') + 1
	if line := before[start:]; strings.HasPrefix(line, "//go:") && !strings.HasPrefix(line, "//go:build") {
		blank(text, start, len(before))
	}
}
