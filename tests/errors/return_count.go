package main

func a() int { return } // ERROR `not enough return values`

func b() int { return 1, 2 } // ERROR `too many return values`

func c() { return 1 } // ERROR `too many return values`

func d() (int, string) { return 1 } // ERROR `not enough return values`

func e() (int, string) { return "a", 1 } // ERROR `cannot use "a" \(untyped string constant\) as int value in return statement` `cannot use 1 \(untyped int constant\) as string value in return statement`

func main() {}
