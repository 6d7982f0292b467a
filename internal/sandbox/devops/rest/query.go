package rest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/devops/wiql"
)

// maxFound is how many work items a query may find.
const maxFound = 20_000

// reference names a field in the answer to a query.
type reference struct {
	ReferenceName string `json:"referenceName"`
	Name          string `json:"name"`
	URL           string `json:"url"`
}

// queryWorkItems answers the ids of the work items that the caller may see and that match.
func (s *Server) queryWorkItems(c *call) (any, error) {
	var body struct {
		Query string `json:"query"`
	}
	if err := c.read(&body); err != nil {
		return nil, err
	}
	top := maxFound
	if given := c.query("$top"); given != "" {
		var err error
		if top, err = strconv.Atoi(given); err != nil || top < 1 || top > maxFound {
			return nil, errArgument("The value of $top must be a number from 1 to " + strconv.Itoa(maxFound) + ".")
		}
	}
	query, err := wiql.Parse(body.Query)
	if err != nil {
		return nil, errQuery(err)
	}
	columns, err := c.columns(query.Select)
	if err != nil {
		return nil, err
	}
	sorting, err := c.columns(fieldsOfOrder(query.OrderBy))
	if err != nil {
		return nil, err
	}
	matches, err := s.condition(c, query.Where)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(s.boards.ListFor(c.person, c.organization.Name), func(i boards.WorkItem) bool { return !matches(i) })
	slices.SortStableFunc(found, func(a, b boards.WorkItem) int { return compareBy(query.OrderBy, sorting, a, b) })
	found = found[:min(top, len(found))]

	items := make([]map[string]any, len(found))
	for i, item := range found {
		items[i] = map[string]any{"id": item.ID, "url": c.base + "/" + c.organization.Name + "/_apis/wit/workItems/" + strconv.Itoa(item.ID)}
	}
	sorted := []map[string]any{}
	for i, order := range query.OrderBy {
		sorted = append(sorted, map[string]any{"field": sorting[i], "descending": order.Descending})
	}
	return map[string]any{
		"queryType": "flat", "queryResultType": "workItem", "asOf": s.now().UTC().Format(instant),
		"columns": columns, "sortColumns": sorted, "workItems": items,
	}, nil
}

func errQuery(err error) *problem {
	var syntax *wiql.SyntaxError
	if !errors.As(err, &syntax) {
		syntax = &wiql.SyntaxError{Message: err.Error()}
	}
	return &problem{status: http.StatusBadRequest, key: "SyntaxException", message: syntax.Error()}
}

func fieldsOfOrder(orders []wiql.Order) []string {
	names := make([]string, len(orders))
	for i, order := range orders {
		names[i] = order.Field
	}
	return names
}

// columns finds fields by their names.
func (c *call) columns(names []string) ([]reference, error) {
	columns := make([]reference, len(names))
	for i, name := range names {
		f, err := fieldOfQuery(name)
		if err != nil {
			return nil, err
		}
		columns[i] = reference{f.ReferenceName, f.Name, c.fieldURL(f)}
	}
	return columns, nil
}

func fieldOfQuery(name string) (boards.Field, error) {
	f, ok := boards.FieldNamed(name)
	if !ok {
		return boards.Field{}, errQuery(&wiql.SyntaxError{Message: "TF51005: The query references a field that does not exist.", Cause: name})
	}
	return f, nil
}

// compareBy sorts by fields, and then by the id, in which order the work items are.
func compareBy(orders []wiql.Order, fields []reference, a, b boards.WorkItem) int {
	for i, order := range orders {
		name := fields[i].ReferenceName
		result := compareValues(a.Fields[name], b.Fields[name])
		if order.Descending {
			result = -result
		}
		if result != 0 {
			return result
		}
	}
	return 0
}

// compareValues puts no value first. Both are of one kind otherwise.
func compareValues(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(bool2int(a != nil), bool2int(b != nil))
	}
	switch a := a.(type) {
	case int:
		return cmp.Compare(a, b.(int))
	case float64:
		return cmp.Compare(a, b.(float64))
	case time.Time:
		return a.Compare(b.(time.Time))
	default:
		return strings.Compare(strings.ToLower(fmt.Sprint(a)), strings.ToLower(fmt.Sprint(b)))
	}
}

func bool2int(b bool) int {
	if b {
		return 1
	}
	return 0
}

// predicate tells whether a work item matches.
type predicate func(boards.WorkItem) bool

// condition makes a predicate, and refuses what the fields can't be compared with.
func (s *Server) condition(c *call, condition wiql.Condition) (predicate, error) {
	switch condition := condition.(type) {
	case nil:
		return func(boards.WorkItem) bool { return true }, nil
	case wiql.And:
		parts, err := s.conditions(c, condition)
		return func(i boards.WorkItem) bool {
			return !slices.ContainsFunc(parts, func(matches predicate) bool { return !matches(i) })
		}, err
	case wiql.Or:
		parts, err := s.conditions(c, condition)
		return func(i boards.WorkItem) bool {
			return slices.ContainsFunc(parts, func(matches predicate) bool { return matches(i) })
		}, err
	case wiql.Comparison:
		return s.comparison(c, condition)
	default:
		return nil, errQuery(fmt.Errorf("%T is not understood", condition))
	}
}

func (s *Server) conditions(c *call, conditions []wiql.Condition) ([]predicate, error) {
	all := make([]predicate, len(conditions))
	for i, condition := range conditions {
		var err error
		if all[i], err = s.condition(c, condition); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// operators are those that each kind of field can be compared by.
var operators = map[boards.Kind][]wiql.Operator{
	boards.String:    {wiql.Equal, wiql.NotEqual, wiql.In, wiql.Contains, wiql.ContainsWords},
	boards.PlainText: {wiql.Contains, wiql.ContainsWords},
	boards.HTML:      {wiql.Contains, wiql.ContainsWords},
	boards.History:   {wiql.Contains, wiql.ContainsWords},
	boards.Integer:   {wiql.Equal, wiql.NotEqual, wiql.In},
	boards.Double:    {wiql.Equal, wiql.NotEqual, wiql.In},
	boards.TreePath:  {wiql.Equal, wiql.NotEqual, wiql.In, wiql.Under},
	boards.Identity:  {wiql.Equal, wiql.NotEqual, wiql.In, wiql.Contains},
}

func (s *Server) comparison(c *call, comparison wiql.Comparison) (predicate, error) {
	f, err := fieldOfQuery(comparison.Field)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(operators[f.Kind], comparison.Operator) {
		return nil, errQuery(&wiql.SyntaxError{
			Message: "The field can't be compared by " + string(comparison.Operator) + ".", Cause: comparison.Field,
		})
	}
	values := make([]string, len(comparison.Values))
	for i, value := range comparison.Values {
		if values[i], err = c.valueOf(f, value); err != nil {
			return nil, err
		}
	}
	return func(i boards.WorkItem) bool {
		is := s.comparable(f, i.Fields[f.ReferenceName])
		return holds(comparison.Operator, is, values)
	}, nil
}

// valueOf is a value of a query as comparable writes those of work items.
func (c *call) valueOf(f boards.Field, value wiql.Value) (string, error) {
	bad := func(message string) (string, error) {
		return "", errQuery(&wiql.SyntaxError{Message: message, Cause: value.Text + string(value.Macro)})
	}
	switch {
	case value.Macro == wiql.Me && f.Kind == boards.Identity:
		return strings.ToLower(c.person.UserPrincipalName), nil
	case value.Macro == wiql.Project && f.Kind == boards.String && c.project != nil:
		return strings.ToLower(c.project.Name), nil
	case value.Macro == wiql.Project && c.project == nil:
		return bad("The macro needs a project in the address of the query.")
	case value.Macro != "":
		return bad("The field can't be compared with the macro.")
	case (f.Kind == boards.Integer || f.Kind == boards.Double) && value.Text != "":
		number, err := strconv.ParseFloat(value.Text, 64)
		if err != nil {
			return bad("The field is compared with numbers.")
		}
		return strconv.FormatFloat(number, 'g', -1, 64), nil
	default:
		return strings.ToLower(value.Text), nil
	}
}

// comparable writes a field's value in small letters. People are written with all that they can be named by, a line each.
func (s *Server) comparable(f boards.Field, value any) []string {
	switch value := value.(type) {
	case nil:
		return []string{""}
	case int:
		return []string{strconv.Itoa(value)}
	case float64:
		return []string{strconv.FormatFloat(value, 'g', -1, 64)}
	default:
		written := strings.ToLower(fmt.Sprint(value))
		person, ok := s.entra.Person(written)
		if f.Kind != boards.Identity || !ok {
			return []string{written}
		}
		name, address := strings.ToLower(person.Name), strings.ToLower(person.Email)
		return []string{written, address, name, name + " <" + address + ">"}
	}
}

// holds compares what a field is, in any of its spellings, with values.
func holds(operator wiql.Operator, is, values []string) bool {
	equal := slices.ContainsFunc(is, func(spelling string) bool { return slices.Contains(values, spelling) })
	switch operator {
	case wiql.Equal, wiql.In:
		return equal
	case wiql.NotEqual:
		return !equal
	case wiql.Contains:
		return slices.ContainsFunc(is, func(spelling string) bool { return strings.Contains(spelling, values[0]) })
	case wiql.ContainsWords:
		return slices.ContainsFunc(is, func(spelling string) bool { return hasWords(spelling, values[0]) })
	case wiql.Under:
		return equal || strings.HasPrefix(is[0], strings.TrimSuffix(values[0], `\`)+`\`)
	default:
		return false
	}
}

// hasWords tells whether a text has every word. A star at the end of a word stands for any end.
func hasWords(content, words string) bool {
	isSpace := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '*' }
	has := strings.FieldsFunc(content, isSpace)
	wanted := strings.FieldsFunc(words, isSpace)
	for _, word := range wanted {
		beginning, open := strings.CutSuffix(word, "*")
		if !slices.ContainsFunc(has, func(h string) bool { return h == word || (open && strings.HasPrefix(h, beginning)) }) {
			return false
		}
	}
	return len(wanted) > 0
}
