package main

import "fmt"

var late = f("late", 99)

func init() { fmt.Println("init of second.go", late) }
