package wiql_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/sandbox/devops/wiql"
)

func textual(s string) wiql.Value { return wiql.Value{Text: s} }

func compare(field string, operator wiql.Operator, values ...wiql.Value) wiql.Comparison {
	return wiql.Comparison{Field: field, Operator: operator, Values: values}
}

func TestParse(t *testing.T) {
	const from = "SELECT [System.Id] FROM WorkItems"
	ids := []string{"System.Id"}
	tests := map[string]struct {
		query string
		want  wiql.Query
	}{
		"everything":         {from, wiql.Query{Select: ids}},
		"any case and space": {"select\n\t System.Id , [ State ]\nfrom workitems\n", wiql.Query{Select: []string{"System.Id", "State"}}},
		"a text": {from + " WHERE [System.Title] = 'it''s \"so\"'", wiql.Query{
			Select: ids, Where: compare("System.Title", wiql.Equal, textual(`it's "so"`)),
		}},
		"double quotes": {from + ` WHERE [System.Title] <> "a ""b"" 'c'"`, wiql.Query{
			Select: ids, Where: compare("System.Title", wiql.NotEqual, textual(`a "b" 'c'`)),
		}},
		"numbers": {from + " WHERE [System.Id] IN (104, -5,1.5)", wiql.Query{
			Select: ids, Where: compare("System.Id", wiql.In, wiql.Value{Text: "104", Number: true}, wiql.Value{Text: "-5", Number: true}, wiql.Value{Text: "1.5", Number: true}),
		}},
		"macros": {from + " WHERE [System.AssignedTo] = @Me AND [System.TeamProject] = @PROJECT", wiql.Query{
			Select: ids, Where: wiql.And{
				compare("System.AssignedTo", wiql.Equal, wiql.Value{Macro: wiql.Me}), compare("System.TeamProject", wiql.Equal, wiql.Value{Macro: wiql.Project}),
			},
		}},
		"words and parts": {from + " WHERE [Title] CONTAINS words 'a b' OR Title contains 'c' OR [System.AreaPath] UNDER 'P\\V'", wiql.Query{
			Select: ids, Where: wiql.Or{
				compare("Title", wiql.ContainsWords, textual("a b")), compare("Title", wiql.Contains, textual("c")), compare("System.AreaPath", wiql.Under, textual(`P\V`)),
			},
		}},
		"AND before OR": {from + " WHERE a = 1 OR b = 2 AND c = 3", wiql.Query{
			Select: ids, Where: wiql.Or{one("a"), wiql.And{two("b"), three("c")}},
		}},
		"parentheses first": {from + " WHERE (a = 1 OR ((b = 2))) AND c = 3", wiql.Query{
			Select: ids, Where: wiql.And{wiql.Or{one("a"), two("b")}, three("c")},
		}},
		"an order": {from + " ORDER BY [System.ChangedDate] DESC, Title asc, [Id]", wiql.Query{
			Select: ids, OrderBy: []wiql.Order{{Field: "System.ChangedDate", Descending: true}, {Field: "Title"}, {Field: "Id"}},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := wiql.Parse(test.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func one(field string) wiql.Comparison {
	return compare(field, wiql.Equal, wiql.Value{Text: "1", Number: true})
}
func two(field string) wiql.Comparison {
	return compare(field, wiql.Equal, wiql.Value{Text: "2", Number: true})
}
func three(field string) wiql.Comparison {
	return compare(field, wiql.Equal, wiql.Value{Text: "3", Number: true})
}

func TestParseRefuses(t *testing.T) {
	const from = "SELECT [System.Id] FROM WorkItems "
	tests := map[string]struct{ query, message, cause string }{
		"nothing":               {"", "TF51004:", ""},
		"no fields":             {"SELECT FROM WorkItems", "Expecting field name.", "FROM"},
		"all fields":            {"SELECT * FROM WorkItems", "Expecting field name.", "*"},
		"a field without name":  {"SELECT [ ] FROM WorkItems", "Expecting field name.", "[ ]"},
		"no FROM":               {"SELECT [System.Id] WHERE a = 1", "TF51006:", "WHERE"},
		"links":                 {"SELECT [System.Id] FROM WorkItemLinks", "Only queries of WorkItems", "WorkItemLinks"},
		"no condition":          {from + "WHERE", "Expecting field name.", ""},
		"no operator":           {from + "WHERE [System.Id]", "Expecting one of the operators", ""},
		"another operator":      {from + "WHERE [System.Id] > 5", "Expecting one of the operators", ">"},
		"negation":              {from + "WHERE NOT [System.Id] = 5", "Expecting field name.", "NOT"},
		"no value":              {from + "WHERE [System.Id] =", "Expecting a value.", ""},
		"another field's value": {from + "WHERE [System.Id] = [System.Rev]", "Expecting a value.", "[System.Rev]"},
		"another macro":         {from + "WHERE [System.ChangedDate] = @today", "Only the macros", "@today"},
		"an open text":          {from + "WHERE [System.Title] = 'a", "The quotation has no end.", "'a"},
		"an open bracket":       {from + "WHERE [System.Title = 'a'", "The quotation has no end.", "[System.Title = 'a'"},
		"an open parenthesis":   {from + "WHERE (a = 1", "Expecting right parenthesis.", ""},
		"a closed parenthesis":  {from + "WHERE a = 1)", "Expecting end of string.", ")"},
		"IN without a list":     {from + "WHERE a IN 1", "Expecting left parenthesis.", "1"},
		"IN an open list":       {from + "WHERE a IN (1", "Expecting right parenthesis.", ""},
		"IN an empty list":      {from + "WHERE a IN ()", "Expecting a value.", ")"},
		"two conditions":        {from + "WHERE a = 1 b = 2", "Expecting end of string.", "b"},
		"an order of nothing":   {from + "ORDER BY", "Expecting field name.", ""},
		"an order of what":      {from + "ORDER [System.Id]", "Expecting BY.", "[System.Id]"},
		"the past":              {from + "ASOF '2026-01-01'", "Expecting end of string.", "ASOF"},
		"too deep":              {from + "WHERE " + strings.Repeat("(", 101), "The query has too many parentheses.", ""},
		"too long":              {strings.Repeat("x", wiql.MaxLength+1), "The query is longer than", "xxxxxxxxxxxxxxxxxxxx"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := wiql.Parse(test.query)
			var syntax *wiql.SyntaxError
			if !errors.As(err, &syntax) || !strings.HasPrefix(syntax.Message, test.message) || syntax.Cause != test.cause {
				t.Errorf("got %v, want %s at %q", err, test.message, test.cause)
			}
		})
	}
}

// write writes a query so that it can be read again.
func write(q wiql.Query) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	var condition func(wiql.Condition) string
	joined := func(parts []wiql.Condition, by string) string {
		var all []string
		for _, part := range parts {
			all = append(all, "("+condition(part)+")")
		}
		return strings.Join(all, by)
	}
	condition = func(c wiql.Condition) string {
		switch c := c.(type) {
		case wiql.And:
			return joined(c, " AND ")
		case wiql.Or:
			return joined(c, " OR ")
		case wiql.Comparison:
			var values []string
			for _, v := range c.Values {
				switch {
				case v.Macro != "":
					values = append(values, string(v.Macro))
				case v.Number:
					values = append(values, v.Text)
				default:
					values = append(values, quote(v.Text))
				}
			}
			if c.Operator == wiql.In {
				return fmt.Sprintf("[%s] IN (%s)", c.Field, strings.Join(values, ","))
			}
			return fmt.Sprintf("[%s] %s %s", c.Field, c.Operator, values[0])
		default:
			panic(fmt.Sprintf("%T", c))
		}
	}
	written := "SELECT [" + strings.Join(q.Select, "],[") + "] FROM WorkItems"
	if q.Where != nil {
		written += " WHERE " + condition(q.Where)
	}
	for i, o := range q.OrderBy {
		written += map[bool]string{true: " ORDER BY ", false: ","}[i == 0] + "[" + o.Field + "]" + map[bool]string{true: " DESC"}[o.Descending]
	}
	return written
}

// What is understood is understood in the same way when it is written anew.
func FuzzParse(f *testing.F) {
	f.Add("SELECT [System.Id], Title FROM WorkItems WHERE [System.TeamProject] = @project AND ([State] <> 'Closed' OR a IN (1, -2.5, \"x\")) ORDER BY [System.ChangedDate] DESC, Id ASC")
	f.Add("select [a] from workitems where [b] contains words 'it''s' and [c] under 'P\\V' or ((d = @me))")
	f.Add("SELECT [x FROM 'y")
	f.Fuzz(func(t *testing.T, query string) {
		first, err := wiql.Parse(query)
		if err != nil {
			var syntax *wiql.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("%v is no syntax error", err)
			}
			return
		}
		written := write(first)
		if len(written) > wiql.MaxLength || strings.Count(written, "(") > 100 {
			return
		}
		second, err := wiql.Parse(written)
		if err != nil {
			t.Fatalf("%q was written as %q: %v", query, written, err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Fatalf("%q was written as %q (-first +second):\n%s", query, written, diff)
		}
	})
}
