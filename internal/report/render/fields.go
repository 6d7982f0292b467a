package render

import (
	"strconv"
	"strings"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
	"timetracker/internal/xlsx"
)

// number is a work item's number: a number to a spreadsheet if no other text stands for the same one.
func number(text string) xlsx.Cell {
	const longest = 15 // digits, which every spreadsheet keeps
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 && len(text) <= longest && strconv.FormatInt(n, 10) == text {
		return xlsx.Integer(n).As(xlsx.Number)
	}
	return xlsx.Text(text)
}

// field is a column of a dimension.
type field struct {
	name  string  // in CSV
	width float64 // in a spreadsheet, in characters; zero: in CSV alone
	text  func(report.Row) string
	cell  func(report.Row) xlsx.Cell // nil: the text
}

// in gives the field's cell in a spreadsheet.
func (f field) in(row report.Row) xlsx.Cell {
	if f.cell != nil {
		return f.cell(row)
	}
	if text := f.text(row); text != "" {
		return xlsx.Text(text)
	}
	return xlsx.Cell{}
}

// fieldsOf are the columns of a dimension.
func fieldsOf(d report.Dimension, w words) []field {
	switch d {
	case report.Project:
		return []field{
			{name: "organization", width: 20, text: func(r report.Row) string { return r.Site.Name }},
			{name: "project", width: 24, text: func(r report.Row) string { return r.Project.Name }},
		}
	case report.User:
		return []field{
			{name: "user_id", text: func(r report.Row) string { return r.User.ID.String() }},
			{name: "user", width: 24, text: func(r report.Row) string { return r.User.Name }},
		}
	case report.WorkItem:
		return []field{
			{name: "work_item_organization", width: 20, text: func(r report.Row) string { return r.WorkItem.Site.Name }},
			{name: "work_item_project", width: 24, text: func(r report.Row) string { return r.WorkItem.Project.Name }},
			{
				name: "work_item_id", width: 11, text: func(r report.Row) string { return r.WorkItem.Number },
				cell: func(r report.Row) xlsx.Cell { return number(r.WorkItem.Number) },
			},
			{name: "work_item_type", width: 14, text: func(r report.Row) string { return r.WorkItem.Type }},
			{name: "work_item_title", width: 48, text: func(r report.Row) string { return r.WorkItem.Title }},
		}
	case report.Day:
		return []field{{name: "day", width: 12, text: func(r report.Row) string { return r.PeriodName }, cell: func(r report.Row) xlsx.Cell {
			day, err := calendar.ParseDay(r.PeriodName)
			if err != nil {
				return xlsx.Text(r.PeriodName)
			}
			return xlsx.Date(day.Year, day.Month, day.Date)
		}}}
	default:
		return []field{{name: string(d), width: 18, text: func(r report.Row) string { return r.PeriodName }, cell: func(r report.Row) xlsx.Cell {
			return xlsx.Text(w.periodName(d, r.PeriodName))
		}}}
	}
}

// label is what one value of a dimension is called where it stands alone.
func label(d report.Dimension, row report.Row, w words) string {
	var parts []string
	add := func(texts ...string) {
		for _, text := range texts {
			if text != "" {
				parts = append(parts, text)
			}
		}
	}
	switch d {
	case report.Project:
		add(row.Project.Name, row.Site.Name)
		return strings.Join(parts, " · ")
	case report.User:
		return row.User.Name
	case report.WorkItem:
		add(row.WorkItem.Type, row.WorkItem.Number, row.WorkItem.Title)
		return strings.Join(parts, " ")
	default:
		return w.periodName(d, row.PeriodName)
	}
}

// keyOf tells the values of a dimension apart.
func keyOf(d report.Dimension, row report.Row) string {
	switch d {
	case report.Project:
		return row.Project.ID.String()
	case report.User:
		return row.User.ID.String()
	case report.WorkItem:
		return row.WorkItem.ID.String()
	default:
		return row.PeriodName
	}
}
