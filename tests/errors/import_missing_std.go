// WANT `package no/such/package is not in std`
// WANT `package strngs is not in std`
package main

import (
	"fmt"
	"no/such/package"
	"strngs"
)

func main() { fmt.Println(strngs.x) }
