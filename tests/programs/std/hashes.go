// Hashes, encodings, compression, random numbers from a seed.
package main

import (
	"bytes"
	"compress/gzip"
	"container/heap"
	"container/list"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"io"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"strings"
)

type ints []int

func (h ints) Len() int           { return len(h) }
func (h ints) Less(i, j int) bool { return h[i] < h[j] }
func (h ints) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *ints) Push(x any)        { *h = append(*h, x.(int)) }
func (h *ints) Pop() any          { o := *h; x := o[len(o)-1]; *h = o[:len(o)-1]; return x }

func main() {
	data := []byte(strings.Repeat("The quick brown fox. ", 1000))
	fmt.Printf("%x\n%x\n%x\n%x\n", md5.Sum(data), sha1.Sum(data), sha256.Sum256(data), sha512.Sum512(data))
	h := fnv.New64a()
	h.Write(data)
	fmt.Println(crc32.ChecksumIEEE(data), h.Sum64(), crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
	e := base64.StdEncoding.EncodeToString(data[:20])
	d, err := base64.URLEncoding.DecodeString("_-8=")
	fmt.Println(e, d, err, hex.EncodeToString(data[:4]), hex.Dump(data[:20]))
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	zw.Write(data)
	zw.Close()
	n := buf.Len()
	zr, _ := gzip.NewReader(&buf)
	back, err := io.ReadAll(zr)
	fmt.Println(n, bytes.Equal(back, data), err)
	r := rand.New(rand.NewSource(42))
	fmt.Println(r.Intn(100), r.Float64(), r.Perm(5), r.NormFloat64())
	p := randv2.New(randv2.NewPCG(1, 2))
	fmt.Println(p.IntN(1000), p.Uint64(), randv2.New(randv2.NewChaCha8([32]byte{1})).Uint64())
	binary.Write(&buf, binary.BigEndian, struct {
		A uint16
		B int32
	}{1, -2})
	fmt.Println(buf.Bytes(), binary.LittleEndian.Uint32([]byte{1, 2, 3, 4}), binary.AppendUvarint(nil, 300))
	recs, err := csv.NewReader(strings.NewReader("a,\"b,c\",d\n1,2,\"3\"\"x\"\n")).ReadAll()
	fmt.Println(recs, err)
	csv.NewWriter(os.Stdout).WriteAll([][]string{{"x y", "a,b", `q"q`}})
	type el struct {
		XMLName xml.Name `xml:"el"`
		ID      int      `xml:"id,attr"`
		Kids    []string `xml:"kid>name"`
	}
	out, err := xml.MarshalIndent(el{ID: 3, Kids: []string{"a", "<b>"}}, "", " ")
	fmt.Println(string(out), err)
	var x el
	fmt.Println(xml.Unmarshal(out, &x), x.ID, x.Kids)
	hp := &ints{5, 2, 8}
	heap.Init(hp)
	heap.Push(hp, 1)
	for hp.Len() > 0 {
		fmt.Print(heap.Pop(hp), " ")
	}
	l := list.New()
	l.PushBack(1)
	l.PushFront(0)
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Print(e.Value, " ")
	}
	fmt.Println()
}
