package main

func main() {
	goto L // ERROR `goto L jumps over declaration of x at \./goto\.go:5:4`
	x := 1
	_ = x
	L:
		println()
		goto M // ERROR `goto M jumps into block starting at \./goto\.go:10:3`
		{
		M:
			println()
		}
}
