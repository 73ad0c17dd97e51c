package b

import (
	"fmt"

	"example.com/order/a"
)

var Value = a.Value + 1

func init() { fmt.Println("b init", Value) }
