// Package pass has tests that pass.
package pass

// Double doubles.
func Double(n int) int { return 2 * n }
