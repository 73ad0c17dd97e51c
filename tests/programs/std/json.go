// encoding/json: structs, tags, maps, interfaces, custom methods, streams, errors.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

type address struct {
	Street string `json:"street"`
	Zip    *int   `json:"zip,omitempty"`
}
type person struct {
	Name    string         `json:"name"`
	Age     int            `json:"age,string"`
	Emails  []string       `json:"emails"`
	Meta    map[string]any `json:"meta,omitempty"`
	Addr    *address       `json:"addr"`
	private int
	Skip    string `json:"-"`
	Raw     json.RawMessage
	When    time.Time
	Temp    celsius
	embedded
}
type embedded struct{ Inner bool }
type celsius float64

func (c celsius) MarshalJSON() ([]byte, error) {
	return []byte(fmt.Sprintf(`"%.1fC"`, float64(c))), nil
}
func (c *celsius) UnmarshalJSON(b []byte) error {
	_, err := fmt.Sscanf(string(b), `"%fC"`, (*float64)(c))
	return err
}

func main() {
	zip := 12345
	p := person{Name: "Ann <&>", Age: 30, Emails: []string{"a@x"}, Meta: map[string]any{"z": 1, "a": []int{1}}, Addr: &address{"Main", &zip}, Raw: json.RawMessage(`{"k":[1,2]}`), When: time.Date(2024, 2, 29, 12, 0, 0, 5e8, time.UTC), Temp: 36.6, embedded: embedded{true}}
	b, err := json.Marshal(p)
	fmt.Println(string(b), err)
	var q person
	fmt.Println(json.Unmarshal(b, &q), q.Name, q.Age, *q.Addr.Zip, q.Meta, q.When, q.Temp, q.Inner)
	b, _ = json.MarshalIndent(map[string]any{"b": nil, "a": 1.5, "c": []any{true, "x", map[string]int{}}}, ">", "  ")
	fmt.Println(string(b))
	var v any
	fmt.Println(json.Unmarshal([]byte(`{"a":[1,2.5,"\u00e9\n",null,true,{"b":{}}],"n":12345678901234567890}`), &v), v)
	for _, s := range []string{`{`, `{"name":5}`, `[1,2`, `{"age":"x"}`, `nul`, `{"a":1}x`, ``, `{"Temp":"hot"}`} {
		var x person
		err := json.Unmarshal([]byte(s), &x)
		var se *json.SyntaxError
		var te *json.UnmarshalTypeError
		fmt.Println(err, errors.As(err, &se), errors.As(err, &te))
	}
	dec := json.NewDecoder(strings.NewReader(`{"a":1} {"a":2} [3]`))
	for {
		var m map[string]int
		if err := dec.Decode(&m); err == io.EOF {
			break
		} else if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(m)
	}
	dec = json.NewDecoder(strings.NewReader(`{"x":[1,"y"]}`))
	dec.UseNumber()
	for {
		t, err := dec.Token()
		if err != nil {
			break
		}
		fmt.Printf("%T %v;", t, t)
	}
	dec = json.NewDecoder(strings.NewReader(`{"unknown":1}`))
	dec.DisallowUnknownFields()
	fmt.Println(dec.Decode(&address{}))
	_, err = json.Marshal(make(chan int))
	fmt.Println(err)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.Encode([]string{"<a>"})
	json.Compact(&buf, []byte("{ \"x\" : 1 }"))
	fmt.Println(buf.String(), json.Valid([]byte("[]")))
	type gen[T any] struct{ V T }
	b, err = json.Marshal([]any{gen[int]{1}, gen[map[int]bool]{map[int]bool{3: true}}})
	fmt.Println(string(b), err)
}
