package importer

import (
	"slices"
	"strings"

	"timetracker/internal/errs"
	"timetracker/internal/plaintext"
)

// Format is the product that a file comes from.
type Format string

// The formats.
const (
	TimeTracker Format = "timetracker"
	SevenPace   Format = "7pace"
	Toggl       Format = "toggl"
	Clockify    Format = "clockify"
	Harvest     Format = "harvest"
)

// column is what a cell means.
type column uint8

// The columns.
const (
	columnID column = iota + 1
	columnEmail
	columnPerson
	columnAccount // an address, or else a name
	columnFirstName
	columnLastName
	columnStart // day and time
	columnStop
	columnStartDate
	columnStartTime
	columnStopDate
	columnStopTime
	columnLength  // 1:30:00, 1:30 or hours such as 1.5
	columnSeconds // a length in whole seconds
	columnMS      // a length in milliseconds
	columnProject
	columnWorkItem // the number
	columnTitle
	columnTask
	columnTags
	columnLink // an address, perhaps of a work item
	columnActivity
	columnBillable
	columnBillableLength // how much of the length is billable
	columnNote
	columnKind   // of a report's row: entry, adjustment or settlement
	columnReview // whether it is under review
	columnCut    // whether the row is a part of its entry
)

// headings are the columns of each format by their names in lower case. A column that isn't named here is left out.
// Those of 7pace depend on the layout that somebody has chosen, so that it has several names for one.
var headings = map[Format]map[string]column{
	TimeTracker: {
		"id": columnID, "user_email": columnEmail, "email": columnEmail, "user": columnPerson,
		"started_at": columnStart, "stopped_at": columnStop, "start": columnStart, "stop": columnStop,
		"date": columnStartDate, "elapsed": columnLength, "duration": columnLength, "elapsed_ms": columnMS,
		"project": columnProject, "work_item_id": columnWorkItem, "work_item": columnWorkItem, "work_item_title": columnTitle,
		"activity": columnActivity, "billable": columnBillable, "note": columnNote,
	},
	SevenPace: {
		"worklog id": columnID, "workloguniqueid": columnID, "id": columnID,
		"email": columnEmail, "user email": columnEmail, "user/email": columnEmail, "unique name": columnEmail,
		"user": columnPerson, "user name": columnPerson, "user/name": columnPerson, "person": columnPerson,
		"timestamp": columnStart, "start": columnStart, "end": columnStop,
		"date": columnStartDate, "start date": columnStartDate, "start time": columnStartTime, "time": columnStartTime,
		"end time": columnStopTime, "length": columnLength, "duration": columnLength, "hours": columnLength,
		"period length": columnSeconds, "periodlength": columnSeconds,
		"project": columnProject, "team project": columnProject, "workitem/system_teamproject": columnProject,
		"work item id": columnWorkItem, "workitemid": columnWorkItem, "work item": columnWorkItem,
		"work item title": columnTitle, "title": columnTitle, "workitem/system_title": columnTitle,
		"activity": columnActivity, "activity type": columnActivity, "activitytype/name": columnActivity,
		"billable": columnBillable, "is billable": columnBillable, "comment": columnNote, "description": columnNote,
	},
	Toggl: {
		"user": columnPerson, "member": columnPerson, "email": columnEmail, "project": columnProject, "task": columnTask,
		"description": columnNote, "billable": columnBillable, "tags": columnTags, "duration": columnLength,
		"start date": columnStartDate, "start time": columnStartTime, "end date": columnStopDate, "stop date": columnStopDate,
		"end time": columnStopTime, "stop time": columnStopTime,
	},
	Clockify: {
		"user": columnPerson, "email": columnEmail, "project": columnProject, "task": columnTask, "activity": columnTask,
		"description": columnNote, "billable": columnBillable, "tags": columnTags, "start date": columnStartDate, "start time": columnStartTime,
		"end date": columnStopDate, "end time": columnStopTime, "duration (h)": columnLength,
	},
	Harvest: {
		"date": columnStartDate, "project": columnProject, "task": columnActivity, "notes": columnNote, "hours": columnLength,
		"billable?": columnBillable, "first name": columnFirstName, "last name": columnLastName, "email": columnEmail,
		"external reference url": columnLink,
	},
}

// marks are the columns by which a format is known: each of a list has to be there. The order is that of the search, since
// a later one may have all columns of an earlier one.
var marks = []struct {
	format Format
	names  []string
}{
	{Clockify, []string{"start date", "start time", "duration (h)"}},
	{Harvest, []string{"date", "hours", "notes", "first name"}},
	{Harvest, []string{"date", "hours", "notes", "billable?"}},
	{SevenPace, []string{"work item id"}},
	{SevenPace, []string{"workitemid"}},
	{SevenPace, []string{"username", "workitem", "duration"}},
	{Toggl, []string{"start date", "start time", "duration"}},
	{TimeTracker, []string{"started_at", "stopped_at"}},
	{TimeTracker, []string{"date", "elapsed"}},
}

// layout says what the cells of a file mean.
type layout struct {
	format   Format
	columns  map[column]int // the index of the cell
	template bool           // of 7pace's table for imports
}

// cell is the text of a column in a record; empty where the file has no such column.
func (l layout) cell(record []string, c column) string {
	index, ok := l.columns[c]
	if !ok || index >= len(record) {
		return ""
	}
	text := plaintext.CleanLines(record[index])
	if l.format == Toggl && text == "-" { // its newer files have it for nothing
		return ""
	}
	if l.template && (c == columnStart || c == columnStartDate) {
		return monthFirst(text)
	}
	return text
}

func (l layout) has(c column) bool {
	_, ok := l.columns[c]
	return ok
}

// readHead finds what the columns of a file mean. Without a format, the names of the columns tell it. The error is of kind
// errs.RuleBroken: import_format_unknown, or import_columns_missing with what is missing.
func readHead(head []string, format Format) (layout, error) {
	names := make([]string, len(head))
	for i, name := range head {
		names[i] = strings.ToLower(strings.TrimSpace(name))
	}
	if format == "" {
		for _, m := range marks {
			if !slices.ContainsFunc(m.names, func(name string) bool { return !slices.Contains(names, name) }) {
				format = m.format
				break
			}
		}
	}
	known, ok := headings[format]
	if !ok {
		return layout{}, errs.New(errs.RuleBroken, "import_format_unknown",
			"The first line doesn't name the columns of a product that is known here. Choose where the file comes from.").
			WithField("/format", "unknown", "must be chosen")
	}
	if format == TimeTracker && isExported(names) {
		known = exportedEntries
	}
	l := layout{format: format, columns: map[column]int{}, template: format == SevenPace && isTemplate(names)}
	if l.template {
		known = templateOf7pace
	}
	for i, name := range names {
		if c := known[name]; c != 0 && !l.has(c) {
			l.columns[c] = i
		}
	}
	return l, l.check()
}

// check refuses a file that lacks what every entry has.
func (l layout) check() error {
	hasAny := func(all ...column) bool { return slices.ContainsFunc(all, l.has) }
	missing := errs.New(errs.RuleBroken, "import_columns_missing", "The file lacks columns that every entry needs.")
	if !hasAny(columnEmail, columnPerson, columnAccount, columnLastName) {
		missing = missing.WithField("/file", "person", "must have a column with the person's address or name")
	}
	if !hasAny(columnStart, columnStartDate) {
		missing = missing.WithField("/file", "date", "must have a column with the day or the start")
	}
	stops := hasAny(columnStop) || (hasAny(columnStopTime) && hasAny(columnStart, columnStartTime))
	if !stops && !hasAny(columnLength, columnSeconds, columnMS) {
		missing = missing.WithField("/file", "length", "must have a column with the length or the end")
	}
	if len(missing.Fields) > 0 {
		return missing
	}
	return nil
}
