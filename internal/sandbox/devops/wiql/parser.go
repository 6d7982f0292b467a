package wiql

import "strings"

// Parse reads a query. The error is a *SyntaxError.
// https://learn.microsoft.com/azure/devops/boards/queries/wiql-syntax
func Parse(query string) (Query, error) {
	if len(query) > MaxLength {
		return Query{}, &SyntaxError{Message: "The query is longer than Azure DevOps allows.", Cause: query[:20]}
	}
	p := &parser{rest: query}
	if err := p.advance(); err != nil {
		return Query{}, err
	}
	return p.query()
}

// parser reads a query from left to right, one token ahead.
type parser struct {
	token token
	rest  string
	depth int // of parentheses
}

func (p *parser) advance() (err error) {
	p.token, p.rest, err = next(p.rest)
	return err
}

func (p *parser) fail(message string) error {
	return &SyntaxError{Message: message, Cause: p.token.source}
}

// take goes on if the token is a keyword, and reports whether it was.
func (p *parser) take(keyword string) (bool, error) {
	if !p.token.is(keyword) {
		return false, nil
	}
	return true, p.advance()
}

// takeSign is take for a sign.
func (p *parser) takeSign(wanted string) (bool, error) {
	if !p.token.isSign(wanted) {
		return false, nil
	}
	return true, p.advance()
}

// must demands a keyword.
func (p *parser) must(keyword, message string) error {
	taken, err := p.take(keyword)
	if err == nil && !taken {
		return p.fail(message)
	}
	return err
}

func (p *parser) query() (Query, error) {
	var query Query
	if err := p.must("SELECT", "TF51004: The query statement is missing a SELECT clause."); err != nil {
		return Query{}, err
	}
	err := p.separated(func() error {
		name, err := p.field()
		query.Select = append(query.Select, name)
		return err
	})
	if err != nil {
		return Query{}, err
	}
	if err := p.must("FROM", "TF51006: The query statement is missing a FROM clause."); err != nil {
		return Query{}, err
	}
	if err := p.must("WorkItems", "Only queries of WorkItems are understood."); err != nil {
		return Query{}, err
	}
	where, err := p.take("WHERE")
	if err != nil {
		return Query{}, err
	}
	if where {
		if query.Where, err = p.any(); err != nil {
			return Query{}, err
		}
	}
	if query.OrderBy, err = p.orderBy(); err != nil {
		return Query{}, err
	}
	if p.token.kind != endOfQuery {
		return Query{}, p.fail("Expecting end of string.")
	}
	return query, nil
}

// separated reads things with commas between them.
func (p *parser) separated(read func() error) error {
	for {
		if err := read(); err != nil {
			return err
		}
		if more, err := p.takeSign(","); err != nil || !more {
			return err
		}
	}
}

func (p *parser) orderBy() ([]Order, error) {
	ordered, err := p.take("ORDER")
	if err != nil || !ordered {
		return nil, err
	}
	if err := p.must("BY", "Expecting BY."); err != nil {
		return nil, err
	}
	var orders []Order
	err = p.separated(func() error {
		name, err := p.field()
		if err != nil {
			return err
		}
		descending, err := p.take("DESC")
		if err == nil && !descending {
			_, err = p.take("ASC")
		}
		orders = append(orders, Order{name, descending})
		return err
	})
	return orders, err
}

// keywords can't be fields without brackets.
var keywords = []string{
	"SELECT", "FROM", "WHERE", "ORDER", "BY", "ASC", "DESC", "AND", "OR", "NOT", "IN", "CONTAINS", "WORDS", "UNDER", "EVER", "ASOF",
	"MODE", "IS",
}

// field reads a field, with or without brackets.
func (p *parser) field() (string, error) {
	name := strings.TrimSpace(p.token.text)
	isField := p.token.kind == bracketed || p.token.kind == word
	for _, keyword := range keywords {
		isField = isField && !p.token.is(keyword)
	}
	if !isField || name == "" {
		return "", p.fail("Expecting field name.")
	}
	return name, p.advance()
}

// any reads conditions with OR between them, which binds less than AND.
func (p *parser) any() (Condition, error) {
	return p.joined("OR", p.all, func(c []Condition) Condition { return Or(c) })
}

func (p *parser) all() (Condition, error) {
	return p.joined("AND", p.single, func(c []Condition) Condition { return And(c) })
}

// joined reads conditions with a keyword between them. One alone stays what it is.
func (p *parser) joined(
	keyword string, read func() (Condition, error), join func([]Condition) Condition,
) (Condition, error) {
	var parts []Condition
	for {
		part, err := read()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		more, err := p.take(keyword)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return join(parts), nil
}

// single reads a comparison, or conditions in parentheses.
func (p *parser) single() (Condition, error) {
	opened, err := p.takeSign("(")
	if err != nil {
		return nil, err
	}
	if !opened {
		return p.comparison()
	}
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("The query has too many parentheses.")
	}
	inner, err := p.any()
	if err != nil {
		return nil, err
	}
	p.depth--
	closed, err := p.takeSign(")")
	if err == nil && !closed {
		return nil, p.fail("Expecting right parenthesis.")
	}
	return inner, err
}

func (p *parser) comparison() (Condition, error) {
	name, err := p.field()
	if err != nil {
		return nil, err
	}
	operator, err := p.operator()
	if err != nil {
		return nil, err
	}
	comparison := Comparison{Field: name, Operator: operator}
	read := func() error {
		value, err := p.value()
		comparison.Values = append(comparison.Values, value)
		return err
	}
	if operator != In {
		return comparison, read()
	}
	opened, err := p.takeSign("(")
	if err == nil && !opened {
		err = p.fail("Expecting left parenthesis.")
	}
	if err == nil {
		err = p.separated(read)
	}
	if err != nil {
		return nil, err
	}
	closed, err := p.takeSign(")")
	if err == nil && !closed {
		err = p.fail("Expecting right parenthesis.")
	}
	return comparison, err
}

func (p *parser) operator() (Operator, error) {
	for _, operator := range []Operator{Equal, NotEqual} {
		if taken, err := p.takeSign(string(operator)); taken || err != nil {
			return operator, err
		}
	}
	for _, operator := range []Operator{In, Under, Contains} {
		taken, err := p.take(string(operator))
		if err != nil {
			return "", err
		}
		if !taken {
			continue
		}
		if operator == Contains {
			if words, err := p.take("WORDS"); words || err != nil {
				return ContainsWords, err
			}
		}
		return operator, nil
	}
	return "", p.fail("Expecting one of the operators =, <>, IN, CONTAINS, CONTAINS WORDS, UNDER, which are those understood here.")
}

func (p *parser) value() (Value, error) {
	var value Value
	switch p.token.kind {
	case quoted:
		value.Text = p.token.text
	case number:
		value.Text, value.Number = p.token.text, true
	case macro:
		switch name := Macro(strings.ToLower(p.token.text)); name {
		case Me, Project:
			value.Macro = name
		default:
			return Value{}, p.fail("Only the macros @me and @project are understood here.")
		}
	default:
		return Value{}, p.fail("Expecting a value.")
	}
	return value, p.advance()
}
