package bench

import "testing"

var sink []byte

func BenchmarkAlloc(b *testing.B) {
	for range b.N {
		sink = make([]byte, 100)
	}
}

func BenchmarkLoop(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(8)
	for b.Loop() {
		sink = make([]byte, 50)
	}
}

func BenchmarkMetric(b *testing.B) {
	for range b.N {
	}
	b.ReportMetric(7, "things/op")
	b.ReportMetric(0, "ns/op")
}

func BenchmarkSub(b *testing.B) {
	b.Run("x=1", func(b *testing.B) {
		for range b.N {
		}
	})
	b.Run("skipped", func(b *testing.B) { b.Skip("not now") })
}

func BenchmarkBad(b *testing.B) {
	if b.N > 0 {
		b.Log("bad", b.N)
		b.Fail()
	}
}

func TestToo(t *testing.T) {}
