// Parsing and formatting numbers.
package main

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
)

func main() {
	for _, s := range []string{"0", "-17", "9223372036854775807", "9223372036854775808", "", "x", "1_000", "0x1f", "+5"} {
		fmt.Println(strconv.Atoi(s))
		fmt.Println(strconv.ParseInt(s, 0, 16))
	}
	for _, s := range []string{"1.5", "1e400", "-Inf", "nan", "0x1p-3", ".5", "1e-320", "179769313486231570814527423731704356798070e267", "3.4e38x"} {
		fmt.Println(strconv.ParseFloat(s, 64))
		fmt.Println(strconv.ParseFloat(s, 32))
	}
	for _, f := range []float64{0, 1, 0.1, 1.0 / 3, 1e21, 1e20, 123456789, 5e-324, math.MaxFloat64, 2.2250738585072014e-308, 1e23, 8.41e21} {
		fmt.Println(strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(f, 'e', 5, 64), strconv.FormatFloat(f, 'f', 3, 64), strconv.FormatFloat(f, 'g', -1, 32), strconv.FormatFloat(f, 'b', -1, 64))
	}
	fmt.Println(strconv.Quote("a\n\x00\u2028é\U0001F600\xff"), strconv.QuoteToASCII("é"), strconv.FormatInt(-255, 36), strconv.FormatUint(math.MaxUint64, 2), strconv.AppendBool(nil, true))
	fmt.Println(strconv.Unquote(`"a\tb\u00e9"`))
	fmt.Println(strconv.ParseBool("maybe"))
	a, _ := new(big.Int).SetString("123456789012345678901234567890123456789", 10)
	b := new(big.Int).Exp(big.NewInt(3), big.NewInt(300), nil)
	q, r := new(big.Int).QuoRem(b, a, new(big.Int))
	fmt.Println(b, q, r, new(big.Int).GCD(nil, nil, a, b), b.BitLen(), a.ProbablyPrime(10), new(big.Int).Sqrt(b))
	f := new(big.Int).MulRange(1, 200)
	fmt.Println(f, new(big.Rat).SetFrac(a, big.NewInt(30)), new(big.Float).SetPrec(200).Quo(big.NewFloat(1), big.NewFloat(3)))
}
