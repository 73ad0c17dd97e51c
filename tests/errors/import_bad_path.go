// WANT `invalid import path: a b`
package main

import "a b"

func main() {}
