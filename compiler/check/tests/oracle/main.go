// Prints what go/types finds out about packages, for comparison with our checker: one line per expression, use,
// selection and instance, keyed by file and byte range.
//
// Usage: main < (output of `go list -deps -json`) package...
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type listed struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	ImportMap  map[string]string
}

type importer struct {
	done map[string]*types.Package
	maps map[string]string
}

func (i *importer) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p, ok := i.maps[path]; ok {
		path = p
	}
	if p := i.done[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("not loaded: %s", path)
}

func main() {
	wanted := map[string]bool{}
	for _, p := range os.Args[1:] {
		wanted[p] = true
	}
	dec := json.NewDecoder(os.Stdin)
	imp := &importer{done: map[string]*types.Package{}}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var l listed
		if err := dec.Decode(&l); err == io.EOF {
			break
		} else if err != nil {
			panic(err)
		}
		if l.ImportPath == "unsafe" {
			continue
		}
		imp.maps = l.ImportMap
		check(out, imp, l, wanted[l.ImportPath])
	}
}

func check(out *bufio.Writer, imp *importer, l listed, dump bool) {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range l.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(l.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			panic(err)
		}
		files = append(files, f)
	}
	conf := types.Config{
		Importer: imp, IgnoreFuncBodies: !dump, Sizes: types.SizesFor("gc", "amd64"), GoVersion: "go1.27",
		Error: func(err error) { fmt.Fprintln(os.Stderr, l.ImportPath, err) },
	}
	info := &types.Info{
		Types:      map[ast.Expr]types.TypeAndValue{},
		Instances:  map[*ast.Ident]types.Instance{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	pkg, _ := conf.Check(l.ImportPath, fset, files, info)
	imp.done[l.ImportPath] = pkg
	if !dump {
		return
	}
	at := func(n ast.Node) string {
		end := n.End()
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.AND {
			end = ast.Unparen(u.X).End() // gc's parser drops the parentheses of &(x)
		}
		p, e := fset.PositionFor(n.Pos(), false), fset.PositionFor(end, false)
		return fmt.Sprintf("%s:%d-%d", filepath.Base(p.Filename), p.Offset, e.Offset)
	}
	// x++ has a literal 1 that is not in the source.
	literals := map[ast.Node]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok {
				literals[l] = true
			}
			return true
		})
	}
	var lines []string
	for e, tv := range info.Types {
		if _, ok := e.(*ast.ParenExpr); ok {
			continue
		}
		if l, ok := e.(*ast.BasicLit); ok && !literals[l] {
			continue
		}
		if !e.Pos().IsValid() {
			continue // the interface around a constraint such as ~int
		}
		if f, ok := e.(*ast.FuncType); ok && !f.Func.IsValid() {
			continue // a method of an interface
		}
		if tv.IsNil() {
			lines = append(lines, fmt.Sprintf("T %s nil", at(e))) // go/types does not always say of which type
			continue
		}
		lines = append(lines, fmt.Sprintf("T %s %s %s%s", at(e), mode(tv), typ(tv.Type), value(tv)))
	}
	for id, inst := range info.Instances {
		var args []string
		for i := 0; i < inst.TypeArgs.Len(); i++ {
			args = append(args, typ(inst.TypeArgs.At(i)))
		}
		t := ""
		if _, ok := inst.Type.(*types.Signature); ok {
			t = typ(inst.Type)
		}
		lines = append(lines, fmt.Sprintf("I %s [%s] %s", at(id), strings.Join(args, ","), t))
	}
	for id, o := range info.Uses {
		if v, ok := o.(*types.Var); ok && v.IsField() {
			continue
		}
		if _, ok := o.(*types.Label); ok {
			continue
		}
		if f, ok := o.(*types.Func); ok {
			if r := f.Signature().Recv(); r != nil && types.IsInterface(r.Type()) {
				continue // no object in our representation
			}
		}
		pkg := ""
		if o.Pkg() != nil {
			pkg = o.Pkg().Path()
		}
		lines = append(lines, fmt.Sprintf("U %s %s.%s", at(id), pkg, o.Name()))
	}
	for s, sel := range info.Selections {
		index := sel.Index()
		kind := [...]string{"field", "method", "expr"}[sel.Kind()]
		if sel.Kind() != types.FieldVal {
			index = index[:len(index)-1]
		}
		lines = append(lines, fmt.Sprintf("S %s %s %v %v %s", at(s), kind, index, sel.Indirect(), typ(sel.Type())))
	}
	sort.Strings(lines)
	fmt.Fprintf(out, "package %s\n", l.ImportPath)
	for _, s := range lines {
		fmt.Fprintln(out, s)
	}
}

func mode(tv types.TypeAndValue) string {
	switch {
	case tv.IsVoid():
		return "void"
	case tv.IsBuiltin():
		return "builtin"
	case tv.IsType():
		return "type"
	case tv.Value != nil:
		return "const"
	case tv.IsNil():
		return "nil"
	case tv.Addressable():
		return "var"
	case tv.Assignable():
		return "mapindex"
	case tv.HasOk():
		return "commaok"
	}
	return "value"
}

func value(tv types.TypeAndValue) string {
	v := tv.Value
	if v == nil {
		return ""
	}
	switch v.Kind() {
	case constant.Bool, constant.Unknown:
		return " = " + v.String()
	case constant.String:
		return fmt.Sprintf(" = %x", constant.StringVal(v))
	case constant.Complex:
		return fmt.Sprintf(" = (%s,%s)", number(constant.Real(v)), number(constant.Imag(v)))
	}
	if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsComplex != 0 {
		return fmt.Sprintf(" = (%s,0)", number(v))
	}
	return " = " + number(v)
}

func number(v constant.Value) string {
	if i := constant.ToInt(v); i.Kind() == constant.Int && constant.BitLen(i) < 2000 {
		return i.ExactString()
	}
	f, _ := constant.Float64Val(v)
	return fmt.Sprintf("%016x", math.Float64bits(f))
}

func typ(t types.Type) string {
	var b strings.Builder
	write(&b, t, 0)
	return b.String()
}

func write(b *strings.Builder, t types.Type, depth int) {
	list := func(open string, ts *types.Tuple, close string) {
		b.WriteString(open)
		for i := 0; i < ts.Len(); i++ {
			if i > 0 {
				b.WriteString(",")
			}
			write(b, ts.At(i).Type(), depth+1)
		}
		b.WriteString(close)
	}
	switch t := types.Unalias(t).(type) {
	case nil:
		b.WriteString("none")
	case *types.Basic:
		switch t.Kind() {
		case types.Uint8:
			b.WriteString("uint8")
		case types.Int32:
			b.WriteString("int32")
		case types.UnsafePointer:
			b.WriteString("unsafe.Pointer")
		default:
			b.WriteString(t.Name())
		}
	case *types.Named:
		if p := t.Obj().Pkg(); p != nil {
			b.WriteString(p.Path() + ".")
		}
		b.WriteString(t.Obj().Name())
		if n := t.TypeArgs().Len(); n > 0 {
			b.WriteString("[")
			for i := 0; i < n; i++ {
				if i > 0 {
					b.WriteString(",")
				}
				write(b, t.TypeArgs().At(i), depth+1)
			}
			b.WriteString("]")
		}
	case *types.TypeParam:
		b.WriteString("$" + t.Obj().Name())
	case *types.Pointer:
		b.WriteString("*")
		write(b, t.Elem(), depth+1)
	case *types.Slice:
		b.WriteString("[]")
		write(b, t.Elem(), depth+1)
	case *types.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		write(b, t.Elem(), depth+1)
	case *types.Map:
		b.WriteString("map[")
		write(b, t.Key(), depth+1)
		b.WriteString("]")
		write(b, t.Elem(), depth+1)
	case *types.Chan:
		b.WriteString([...]string{"chan ", "chan<- ", "<-chan "}[t.Dir()])
		write(b, t.Elem(), depth+1)
	case *types.Struct:
		b.WriteString("struct{")
		for i := 0; i < t.NumFields(); i++ {
			f := t.Field(i)
			fmt.Fprintf(b, "%s %v %q ", f.Name(), f.Embedded(), t.Tag(i))
			write(b, f.Type(), depth+1)
			b.WriteString(";")
		}
		b.WriteString("}")
	case *types.Signature:
		b.WriteString("func")
		if n := t.TypeParams().Len(); n > 0 {
			fmt.Fprintf(b, "[%d]", n)
		}
		list("(", t.Params(), "")
		if t.Variadic() {
			b.WriteString("...")
		}
		list(")(", t.Results(), ")")
	case *types.Tuple:
		list("(", t, ")")
	case *types.Interface:
		b.WriteString("interface{")
		if depth < 6 {
			for i := 0; i < t.NumMethods(); i++ {
				m := t.Method(i)
				b.WriteString(m.Name())
				write(b, m.Type(), depth+1)
				b.WriteString(";")
			}
		}
		b.WriteString("}")
	case *types.Union:
		for i := 0; i < t.Len(); i++ {
			if i > 0 {
				b.WriteString("|")
			}
			if t.Term(i).Tilde() {
				b.WriteString("~")
			}
			write(b, t.Term(i).Type(), depth+1)
		}
	default:
		fmt.Fprintf(b, "%T", t)
	}
}
