// text/template, regexp, bufio, text/tabwriter, unicode.
package main

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"
	"text/template"
	"unicode"
)

type item struct {
	Name  string
	Price float64
	Tags  []string
}

func (i item) Upper(suffix string) string { return strings.ToUpper(i.Name) + suffix }

func main() {
	tm := template.Must(template.New("t").Funcs(template.FuncMap{"join": strings.Join, "add": func(a, b int) int { return a + b }}).Parse(`{{define "one"}}<{{.Name | printf "%-8s"}}|{{printf "%.2f" .Price}}>{{end -}}
{{range $i, $e := .Items}}{{add $i 1}}. {{template "one" $e}} {{if .Tags}}{{join .Tags ","}}{{else}}none{{end}} {{.Upper "!"}}
{{else}}empty{{end}}{{with .Map}}{{range $k, $v := .}}{{$k}}={{$v}};{{end}}{{end}} {{len .Items}} {{index .Map "b"}} {{and true 0}} {{eq 1 1}} {{lt 1 2}} {{html "<a>"}} {{.Fn 3}}
`))
	data := map[string]any{"Items": []item{{"pen", 1.5, []string{"a", "b"}}, {"book", 20, nil}}, "Map": map[string]int{"b": 2, "a": 1}, "Fn": 0}
	fmt.Println(tm.Execute(os.Stdout, data) != nil)
	fmt.Println(template.Must(template.New("x").Parse("{{.Missing.Field}}")).Execute(os.Stdout, struct{}{}))
	_, err := template.New("bad").Parse("{{if}}")
	fmt.Println(err)
	re := regexp.MustCompile(`(?i)(\w+)@(\w+)\.com`)
	s := "Mail bob@example.com or ANN@Test.COM now"
	fmt.Println(re.FindAllString(s, -1), re.FindStringSubmatchIndex(s), re.ReplaceAllString(s, "<$2:$1>"), re.NumSubexp())
	fmt.Println(regexp.MustCompile(`a*?(b|c)+$`).FindString("xaabcbc"), regexp.MustCompile(`^(\d{1,3}\.){3}\d{1,3}$`).MatchString("192.168.1.254"), regexp.MustCompile(`[^\p{L}]+`).Split("héllo, wörld! 42x", -1))
	fmt.Println(re.ReplaceAllStringFunc(s, strings.ToLower), regexp.QuoteMeta("a.b*c"))
	_, err = regexp.Compile(`a(b`)
	fmt.Println(err)
	sc := bufio.NewScanner(strings.NewReader("one two\nthree\n\nfour"))
	for sc.Scan() {
		fmt.Printf("%q ", sc.Text())
	}
	sc = bufio.NewScanner(strings.NewReader("a bb  ccc"))
	sc.Split(bufio.ScanWords)
	for sc.Scan() {
		fmt.Print(sc.Text(), ".")
	}
	fmt.Println()
	r := bufio.NewReader(strings.NewReader("line1\nline2"))
	for {
		l, err := r.ReadString('\n')
		fmt.Printf("%q %v ", l, err)
		if err != nil {
			break
		}
	}
	w := bufio.NewWriterSize(os.Stdout, 16)
	fmt.Fprintf(w, "%s\n", strings.Repeat("buffered ", 10))
	w.Flush()
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(tw, "a\tbbb\tc")
	fmt.Fprintln(tw, "aaaa\tb\tccccc")
	tw.Flush()
	fmt.Println(unicode.SimpleFold('K'), unicode.ToTitle('ǆ'), unicode.IsPunct('!'), strings.ToUpper("ß"))
}
