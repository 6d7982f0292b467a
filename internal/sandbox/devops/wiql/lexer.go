package wiql

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is.
type kind int

const (
	endOfQuery kind = iota
	word            // a keyword, or a field without brackets
	bracketed       // a field in brackets, which the token's text leaves out
	quoted          // a quoted text, without its quotes
	number          // digits, with a sign and a point
	macro           // a name that begins with @
	sign            // anything else: = <> ( ) and so on
)

// token is a part of a query. Its source is what the query has, for messages.
type token struct {
	kind         kind
	text, source string
}

// is tells whether the token is a keyword, in any case.
func (t token) is(keyword string) bool { return t.kind == word && strings.EqualFold(t.text, keyword) }

// isSign tells whether the token is a sign.
func (t token) isSign(wanted string) bool { return t.kind == sign && t.text == wanted }

// next parts the first token from the rest of a query.
func next(query string) (token, string, error) {
	query = strings.TrimLeftFunc(query, unicode.IsSpace)
	if query == "" {
		return token{}, "", nil
	}
	switch c := query[0]; {
	case c == '[':
		return cutQuoted(query, "]", bracketed)
	case c == '\'' || c == '"':
		return cutQuoted(query, query[:1], quoted)
	case c == '@':
		return cutWhile(query, 1, macro, isWordRune)
	case c >= '0' && c <= '9', c == '-' && len(query) > 1 && query[1] >= '0' && query[1] <= '9':
		return cutWhile(query, 1, number, func(r rune) bool { return (r >= '0' && r <= '9') || r == '.' })
	case strings.HasPrefix(query, "<>"), strings.HasPrefix(query, "<="), strings.HasPrefix(query, ">="):
		return token{sign, query[:2], query[:2]}, query[2:], nil
	}
	r, size := utf8.DecodeRuneInString(query)
	if isWordRune(r) {
		return cutWhile(query, size, word, isWordRune)
	}
	return token{sign, query[:size], query[:size]}, query[size:], nil
}

// isWordRune tells whether a character can be in a name: System.Title has a point.
func isWordRune(r rune) bool {
	return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// cutWhile takes a token as long as its characters fit, from the given byte on.
func cutWhile(query string, from int, kind kind, fits func(rune) bool) (token, string, error) {
	length := from
	for _, r := range query[from:] {
		if !fits(r) {
			break
		}
		length += utf8.RuneLen(r)
	}
	return token{kind, query[:length], query[:length]}, query[length:], nil
}

// cutQuoted takes what stands between the first character and the closing quote. A quote that is part of it is doubled;
// a bracket can't be.
func cutQuoted(query, quote string, kind kind) (token, string, error) {
	var content strings.Builder
	rest := query[1:]
	for {
		before, after, closed := strings.Cut(rest, quote)
		if !closed {
			return token{}, "", &SyntaxError{Message: "The quotation has no end.", Cause: query}
		}
		content.WriteString(before)
		if kind != quoted || !strings.HasPrefix(after, quote) {
			return token{kind, content.String(), query[:len(query)-len(after)]}, after, nil
		}
		content.WriteString(quote)
		rest = after[1:]
	}
}
