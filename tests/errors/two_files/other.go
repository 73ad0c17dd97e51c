package main

import "os" // ERROR "\"os\" imported and not used"

func other() {}

func twice() {} // ERROR `twice redeclared in this block`
