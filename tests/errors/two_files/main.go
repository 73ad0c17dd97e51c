package main

func main() { other(1) } // ERROR `too many arguments in call to other`

func twice() {}
