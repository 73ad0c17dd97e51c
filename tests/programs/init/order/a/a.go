package a

import "fmt"

var Value = func() int { fmt.Println("a var"); return 1 }()

func init() { fmt.Println("a init") }
