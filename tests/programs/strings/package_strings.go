// A walk through package strings and its neighbours.
package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

func main() {
	s := "The quick brown fox jumps over the lazy dog"
	fmt.Println(strings.Fields(s), strings.Split(s, "o"), strings.SplitN(s, " ", 3), strings.Count(s, "o"), strings.Index(s, "fox"), strings.LastIndex(s, "o"))
	fmt.Println(strings.ToUpper(s), strings.ToLower("ÀÉÎ"), strings.Title("hello world"), strings.TrimSpace("  x \n"), strings.Trim("xxhixx", "x"))
	fmt.Println(strings.Replace(s, "o", "0", 2), strings.ReplaceAll(s, "the", "THE"), strings.Contains(s, "lazy"), strings.ContainsAny(s, "xyz"), strings.HasPrefix(s, "The"), strings.EqualFold("Straße", "STRASSE"), strings.EqualFold("Go", "GO"))
	fmt.Println(strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s), strings.IndexFunc(s, unicode.IsSpace), strings.TrimLeftFunc("123abc", unicode.IsDigit))
	r := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;")
	fmt.Println(r.Replace("<a & b>"), strings.NewReplacer("aaa", "3", "aa", "2", "a", "1").Replace("aaaaa"))
	before, after, ok := strings.Cut("key=value", "=")
	fmt.Println(before, after, ok)
	for part := range strings.SplitSeq("a,b,c", ",") {
		fmt.Print(part, ";")
	}
	for l := range strings.Lines("one\ntwo\nthree") {
		fmt.Printf("%q", l)
	}
	fmt.Println(strings.Compare("a", "b"), strings.Join([]string{"x", "y", "z"}, "-"), strings.ToValidUTF8("a\xffb", "?"))
	big := strings.Repeat("abcdefghij", 5000) + "needle" + strings.Repeat("k", 100)
	fmt.Println(strings.Index(big, "needle"), strings.LastIndex(big, "ja"), strings.Count(big, "abc"), strings.IndexByte(big, 'k'), bytes.IndexAny([]byte(big), "kn"))
	fmt.Println(bytes.Equal([]byte("a"), []byte("a")), bytes.Fields([]byte(" a b ")), bytes.Compare([]byte("b"), []byte("a")))
	fmt.Println(utf8.RuneCountInString(s), utf8.ValidString("\xff"), utf8.RuneLen('世'), unicode.Is(unicode.Han, '世'), unicode.IsLetter('é'), unicode.In('я', unicode.Cyrillic, unicode.Greek))
	rd := strings.NewReader("abc")
	b, _ := rd.ReadByte()
	fmt.Println(b, rd.Len(), rd.Size())
}
