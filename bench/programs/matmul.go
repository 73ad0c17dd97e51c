// Nested slices of floats: matrix multiplication.
package main

import "fmt"

const n = 400

func matrix(seed float64) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = seed * float64(i-j) * float64(i+j) / n
		}
	}
	return m
}

func mul(a, b [][]float64) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		row := make([]float64, n)
		for k, x := range a[i] {
			for j, y := range b[k] {
				row[j] += x * y
			}
		}
		out[i] = row
	}
	return out
}

func main() {
	a, b := matrix(1), matrix(2)
	for range 5 {
		a = mul(a, b)
		for i := range a {
			for j := range a[i] {
				a[i][j] /= 1e9
			}
		}
	}
	fmt.Printf("%.6g %.6g\n", a[n/2][n/2], a[1][n-1])
}
