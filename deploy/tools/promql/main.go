// Command promql reads PromQL with Prometheus's own parser, for the tests of rules and dashboards. It reads a JSON array of queries
// and writes for each what it asks for. It is no part of the program's module, whose versions Prometheus's would raise.
package main

import (
	"encoding/json"
	"log"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

// query is what a query asks for.
type query struct {
	Error     string     `json:"error,omitempty"`
	Selectors []selector `json:"selectors"`
	Grouping  []string   `json:"grouping"` // labels by which is added up
}

type selector struct {
	Name     string    `json:"name"`
	Matchers []matcher `json:"matchers"`
}

type matcher struct {
	Label string `json:"label"`
	Type  string `json:"type"` // =, !=, =~ or !~
	Value string `json:"value"`
}

func main() {
	log.SetFlags(0)
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal(err)
	}
	queries := make([]query, len(texts))
	for i, text := range texts {
		queries[i] = read(text)
	}
	if err := json.NewEncoder(os.Stdout).Encode(queries); err != nil {
		log.Fatal(err)
	}
}

func read(text string) (q query) {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(text)
	if err != nil {
		return query{Error: err.Error()}
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch node := node.(type) {
		case *parser.VectorSelector:
			s := selector{Name: node.Name}
			for _, m := range node.LabelMatchers {
				if m.Name != "__name__" {
					s.Matchers = append(s.Matchers, matcher{Label: m.Name, Type: m.Type.String(), Value: m.Value})
				}
			}
			q.Selectors = append(q.Selectors, s)
		case *parser.AggregateExpr:
			q.Grouping = append(q.Grouping, node.Grouping...)
		}
		return nil
	})
	return q
}
