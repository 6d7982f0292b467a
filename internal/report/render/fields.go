package render

import (
	"cmp"
	"slices"
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
	case report.Site:
		return []field{{name: "site", width: 20, text: func(r report.Row) string { return r.Site.Name }}}
	case report.WorkItem:
		return itemFields("work_item", func(r report.Row) report.Row { return r })
	case report.Parent:
		return itemFields("parent", func(r report.Row) report.Row {
			r.WorkItem = r.Parent
			return r
		})
	case report.Activity:
		return []field{{name: "activity", width: 18, text: func(r report.Row) string { return r.Activity.Name }}}
	case report.Billable:
		return []field{{
			name: "billable", width: 11, text: func(r report.Row) string { return strconv.FormatBool(r.Billable) },
			cell: func(r report.Row) xlsx.Cell { return xlsx.Text(w.yesOrNo(r.Billable)) },
		}}
	case report.Type:
		return []field{{name: "type", width: 14, text: func(r report.Row) string { return r.Type }}}
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

// itemFields are the columns of the work item that a row is made to have. Their names begin alike.
func itemFields(name string, of func(report.Row) report.Row) []field {
	return []field{
		{name: name + "_organization", width: 26, text: func(r report.Row) string { return of(r).WorkItem.Site.Name }},
		{name: name + "_project", width: 24, text: func(r report.Row) string { return of(r).WorkItem.Project.Name }},
		{
			name: name + "_id", width: 11, text: func(r report.Row) string { return of(r).WorkItem.Number },
			cell: func(r report.Row) xlsx.Cell { return number(of(r).WorkItem.Number) },
		},
		{name: name + "_type", width: 14, text: func(r report.Row) string { return of(r).WorkItem.Type }},
		{name: name + "_title", width: 48, text: func(r report.Row) string { return of(r).WorkItem.Title }},
	}
}

// label is what one value of a dimension is called where it stands alone.
func label(d report.Dimension, row report.Row, w words) string {
	return cmp.Or(named(d, row, w), w.without)
}

// named is the name of a value; empty for rows without one.
func named(d report.Dimension, row report.Row, w words) string {
	switch d {
	case report.Project:
		return joined(" · ", row.Project.Name, row.Site.Name)
	case report.User:
		return row.User.Name
	case report.Site:
		return row.Site.Name
	case report.WorkItem:
		return itemLabel(row.WorkItem)
	case report.Parent:
		return itemLabel(row.Parent)
	case report.Type:
		return row.Type
	case report.Activity:
		return row.Activity.Name
	case report.Billable:
		return w.head("billable") + ": " + w.yesOrNo(row.Billable)
	default:
		return w.periodName(d, row.PeriodName)
	}
}

// joined joins the texts that there are.
func joined(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(text string) bool { return text == "" }), separator)
}

// keyOf tells the values of a dimension apart.
func keyOf(d report.Dimension, row report.Row) string {
	switch d {
	case report.Project:
		return row.Project.ID.String()
	case report.User:
		return row.User.ID.String()
	case report.Site:
		return row.Site.ID.String()
	case report.WorkItem:
		return row.WorkItem.ID.String()
	case report.Parent:
		return row.Parent.ID.String()
	case report.Type:
		return row.Type
	case report.Activity:
		return row.Activity.ID.String()
	case report.Billable:
		return strconv.FormatBool(row.Billable)
	default:
		return row.PeriodName
	}
}
