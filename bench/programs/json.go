// Reflection, strings and allocation: JSON there and back.
package main

import (
	"encoding/json"
	"fmt"
)

type item struct {
	ID    int               `json:"id"`
	Name  string            `json:"name"`
	Tags  []string          `json:"tags"`
	Attrs map[string]string `json:"attrs"`
	Price float64           `json:"price"`
	Sub   *item             `json:"sub,omitempty"`
}

func main() {
	var items []item
	for i := range 5000 {
		items = append(items, item{i, fmt.Sprint("item ", i), []string{"a", "b", "c"}, map[string]string{"k": "v", "x": "y"}, float64(i) * 1.25, &item{ID: -i}})
	}
	n := 0
	for range 20 {
		text, err := json.Marshal(items)
		if err != nil {
			panic(err)
		}
		var back []item
		if err := json.Unmarshal(text, &back); err != nil {
			panic(err)
		}
		n += len(text) + back[len(back)-1].Sub.ID
	}
	fmt.Println(n)
}
