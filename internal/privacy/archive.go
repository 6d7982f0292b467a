package privacy

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/personal"
)

// What is collected for a download is kept as lines of JSON, from which the files are made afterwards. The first one is the
// cover. Then comes the heading of each record set with a line for each of its records.

// cover says whose data it is.
type cover struct {
	Name         string    `json:"name"`
	Organization string    `json:"organization"`
	At           time.Time `json:"at"`
	Whole        bool      `json:"whole,omitempty"` // all of the organization
	LeftOut      int       `json:"left_out,omitempty"`
}

// line is one of cover, set heading, record and heading of the rest.
type line struct {
	Cover   *cover            `json:"cover,omitempty"`
	Set     string            `json:"set,omitempty"`
	Columns []personal.Column `json:"columns,omitempty"`
	Values  []json.RawMessage `json:"values,omitempty"`
	// Rest is the name of a file that is all that follows.
	Rest string `json:"rest,omitempty"`
}

// collector implements personal.Records. It keeps lines.
type collector struct{ out *json.Encoder }

func newCollector(w io.Writer) collector {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return collector{out}
}

func (c collector) Set(name string, columns []personal.Column, each func(add personal.Add) error) error {
	if err := c.out.Encode(line{Set: name, Columns: columns}); err != nil {
		return fmt.Errorf("keep a record set: %w", err)
	}
	values := make([]json.RawMessage, len(columns))
	return each(func(given ...any) error {
		if len(given) != len(columns) {
			return fmt.Errorf("%d values for the %d columns of %s", len(given), len(columns), name)
		}
		for i, value := range given {
			var err error
			if values[i], err = valueJSON(value); err != nil {
				return fmt.Errorf("keep %s.%s: %w", name, columns[i].Name, err)
			}
		}
		if err := c.out.Encode(line{Values: values}); err != nil {
			return fmt.Errorf("keep a record: %w", err)
		}
		return nil
	})
}

var null = json.RawMessage("null")

// valueJSON is a value of a record as it is written: instants as RFC 3339 in UTC with milliseconds, lengths in milliseconds.
func valueJSON(value any) (json.RawMessage, error) {
	if zero, ok := value.(interface{ IsZero() bool }); value == nil || (ok && zero.IsZero()) {
		return null, nil
	}
	switch value := value.(type) {
	case json.RawMessage:
		return value, nil
	case time.Time:
		return json.Marshal(value.UTC().Format(calendar.InstantLayout))
	case time.Duration:
		return json.RawMessage(strconv.FormatInt(value.Milliseconds(), 10)), nil
	case fmt.Stringer:
		return json.Marshal(value.String())
	}
	if reflect.ValueOf(value).Kind() == reflect.String && reflect.ValueOf(value).Len() == 0 {
		return null, nil
	}
	return json.Marshal(value)
}

// lineReader reads lines that a collector has kept.
type lineReader struct {
	in *bufio.Reader
	at int64 // where the next line begins
}

// next is the next line; io.EOF after the last one.
func (r *lineReader) next() (l line, err error) {
	text, err := r.in.ReadBytes('\n')
	if err != nil {
		return line{}, err
	}
	r.at += int64(len(text))
	if err := json.Unmarshal(text, &l); err != nil {
		return line{}, fmt.Errorf("read what was kept: %w", err)
	}
	return l, nil
}

// names are the columns as they are written. A length has two.
func names(columns []personal.Column) (all []string) {
	for _, column := range columns {
		if column.Length {
			all = append(all, column.Name+"_ms")
		}
		all = append(all, column.Name)
	}
	return all
}

// cells are the values of a record, one for each of the names.
func cells(columns []personal.Column, values []json.RawMessage) (all []json.RawMessage, err error) {
	for i, column := range columns {
		if i >= len(values) {
			return nil, fmt.Errorf("a record has %d of %d values", len(values), len(columns))
		}
		all = append(all, values[i])
		if column.Length {
			clock, err := clockJSON(values[i])
			if err != nil {
				return nil, err
			}
			all = append(all, clock)
		}
	}
	return all, nil
}

// clockJSON writes milliseconds as h:mm:ss, with what is left of a second where something is.
func clockJSON(milliseconds json.RawMessage) (json.RawMessage, error) {
	if string(milliseconds) == string(null) {
		return null, nil
	}
	ms, err := strconv.ParseInt(string(milliseconds), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("a length is no number: %w", err)
	}
	sign := ""
	if ms < 0 {
		sign, ms = "-", -ms
	}
	text := fmt.Sprintf("%s%d:%02d:%02d", sign, ms/3_600_000, ms/60_000%60, ms/1000%60)
	if left := ms % 1000; left > 0 {
		text += fmt.Sprintf(".%03d", left)
	}
	return json.Marshal(text)
}

// plain is a value as a table has it: a text without quotes, anything else as JSON, and nothing for none.
func plain(value json.RawMessage) (string, error) {
	switch {
	case string(value) == string(null):
		return "", nil
	case !strings.HasPrefix(string(value), `"`):
		return string(value), nil
	}
	var text string
	err := json.Unmarshal(value, &text)
	return text, err
}
