package main

import (
	"fmt" // ERROR `"fmt" imported and not used`
	m "math" // ERROR `"math" imported as m and not used`
	. "strings" // ERROR `"strings" imported and not used`
	_ "time"
)

func main() {}
