// WANT `use of internal package internal/abi not allowed`
package main

import "internal/abi"

func main() { _ = abi.FuncPCABI0 }
