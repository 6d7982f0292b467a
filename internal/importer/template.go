package importer

import (
	"regexp"
	"slices"
)

// templateOf7pace are the columns of the table from which 7pace's own tool imports worklogs, as its README names them
// (timetracker-npm-import). Times are those of a wall clock with the month first, also with points, and lengths are hours.
var templateOf7pace = map[string]column{
	"username": columnAccount, "timestamp": columnStart, "date": columnStartDate, "start": columnStartTime, "duration": columnLength,
	"billableduration": columnBillableLength, "activitytype": columnActivity, "comment": columnNote, "workitem": columnWorkItem,
}

// isTemplate says whether a head is that of 7pace's table for imports.
func isTemplate(head []string) bool {
	return slices.Contains(head, "workitem") && slices.Contains(head, "duration") && slices.Contains(head, "username")
}

// pointedDay begins a day with points.
var pointedDay = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.`)

// monthFirst writes a day of 7pace's table with slashes, since its points don't mean that the day comes first.
func monthFirst(text string) string { return pointedDay.ReplaceAllString(text, "$1/$2/") }

// parseBillable reads whether a row is billable. An entry is billable as a whole or not at all.
func (p *parser) parseBillable(row *Row, record []string) *Problem {
	text := p.layout.cell(record, columnBillableLength)
	if text == "" {
		var ok bool
		if row.Billable, ok = parseYes(p.layout.cell(record, columnBillable)); !ok {
			return &problemBillable
		}
		return nil
	}
	length, ok := parseLength(text)
	if !ok {
		return &problemBillable
	}
	if length != 0 && length != row.Length {
		return &problemPartBillable
	}
	row.Billable = new(length != 0)
	return nil
}
