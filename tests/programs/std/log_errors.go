// log, slog, errors, maps of errors, panics through log.
// exit: 1
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"log/slog"
	"os"
)

type coded struct {
	code int
	err  error
}

func (c coded) Error() string   { return fmt.Sprint("code ", c.code, ": ", c.err) }
func (c coded) Unwrap() error   { return c.err }
func (c coded) Is(t error) bool { return t == errAny }

var errAny = errors.New("any")

func main() {
	err := fmt.Errorf("open: %w", coded{3, fs.ErrPermission})
	var c coded
	fmt.Println(err, errors.Is(err, fs.ErrPermission), errors.Is(err, errAny), errors.As(err, &c), c.code)
	j := errors.Join(err, nil, errAny)
	fmt.Printf("%v|%v|%q\n", j, errors.Is(j, fs.ErrPermission), fmt.Errorf("%w and %w", errAny, err))
	if c, ok := errors.AsType[coded](j); ok {
		fmt.Println(c.code)
	}
	l := log.New(os.Stdout, "pre: ", log.Lshortfile|log.Lmsgprefix)
	l.Println("logged", 1)
	l.Printf("%d", 2)
	func() {
		defer func() { fmt.Println(recover()) }()
		l.Panicln("panicking")
	}()
	h := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	h.With("a", 1).WithGroup("g").Info("message", "k", "v w", slog.Group("in", "x", 2.5), "err", err)
	h.Debug("debug", slog.Any("s", []int{1}))
	slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelWarn})).Info("hidden")
	log.SetFlags(0)
	log.Fatal("the end")
}
