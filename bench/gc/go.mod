module gc

go 1.27
