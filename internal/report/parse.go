package report

import (
	"slices"
	"strconv"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// Values are the texts that ask for a report, by their names in the contract.
type Values map[string][]string

func (v Values) first(name string) string {
	if all := v[name]; len(all) > 0 {
		return all[0]
	}
	return ""
}

// ParseRequest reads what the API's parameters ask for. What else there is, such as a format, is not looked at.
func ParseRequest(values Values) (r Request, err error) {
	if r.From, err = parseDay(values, "from"); err != nil {
		return Request{}, err
	}
	if r.To, err = parseDay(values, "to"); err != nil {
		return Request{}, err
	}
	r.TimeZone = values.first("time_zone")
	if r.WeekStart = calendar.WeekStart(values.first("week_start")); r.WeekStart != "" && !r.WeekStart.Valid() {
		return Request{}, valueInvalid("week_start", "enum", "must be monday, sunday or saturday")
	}
	r.GroupBy = []Dimension{Project}
	if groupBy := values["group_by"]; len(groupBy) > 0 {
		if r.GroupBy, err = ParseDimensions(groupBy[0]); err != nil {
			return Request{}, err
		}
	}
	if r.Rounding, err = parseRounding(values); err != nil {
		return Request{}, err
	}
	if compare := values["compare"]; len(compare) > 0 {
		if r.Compare = Compare(compare[0]); r.Compare != ComparePrevious && r.Compare != CompareWeek {
			return Request{}, valueInvalid("compare", "enum", "must be previous or week")
		}
	}
	r.Filter, err = ParseFilter(values)
	return r, err
}

// ParseFilter reads what the API's parameters narrow lists, reports and exports to.
func ParseFilter(values Values) (f Filter, err error) {
	for _, text := range values["user_id"] {
		id, err := ids.Parse[ids.User](text)
		if err != nil {
			return Filter{}, valueInvalid("user_id", "format", "must be an id")
		}
		f.Users = append(f.Users, id)
	}
	f.Organizations, f.Projects = slices.Clone(values["organization"]), slices.Clone(values["project"])
	f.WorkItems, f.Parents = slices.Clone(values["work_item"]), slices.Clone(values["parent"])
	f.Types, f.States = slices.Clone(values["type"]), slices.Clone(values["state"])
	for _, text := range values["activity_id"] {
		id, err := ids.Parse[ids.Activity](text)
		if err != nil {
			return Filter{}, valueInvalid("activity_id", "format", "must be an id")
		}
		f.Activities = append(f.Activities, id)
	}
	f.Note = values.first("note")
	if f.NeedsReview, err = parseFlag(values, "needs_review"); err != nil {
		return Filter{}, err
	}
	if f.Approved, err = parseFlag(values, "approved"); err != nil {
		return Filter{}, err
	}
	f.Billable, err = parseFlag(values, "billable")
	return f, err
}

// parseFlag reads true or false; nil when nothing is said.
func parseFlag(values Values, name string) (*bool, error) {
	text, given := values.first(name), len(values[name]) > 0
	if !given {
		return nil, nil //nolint:nilnil // nothing is said
	}
	if text != "true" && text != "false" {
		return nil, valueInvalid(name, "type", "must be true or false")
	}
	flag := text == "true"
	return &flag, nil
}

func parseDay(values Values, name string) (calendar.Day, error) {
	d, err := calendar.ParseDay(values.first(name))
	if err != nil {
		return calendar.Day{}, errs.Wrap(err, errs.Malformed, "parameter_invalid", "The request has a parameter with a wrong value.").
			WithField(name, "format", "must be a day, such as 2026-11-21")
	}
	return d, nil
}

// maxRounding is the largest unit of rounding, in minutes.
const maxRounding = 60

func parseRounding(values Values) (Rounding, error) {
	minutes, direction := values["round_to_minutes"], Direction(values.first("rounding"))
	if len(minutes) == 0 {
		if len(values["rounding"]) > 0 {
			return Rounding{}, errs.New(errs.RuleBroken, "rounding_incomplete", "Rounding needs a number of minutes.").
				WithField("round_to_minutes", "missing", "is needed with rounding")
		}
		return Rounding{}, nil
	}
	if direction == "" {
		direction = Nearest
	}
	unit, err := strconv.Atoi(minutes[0])
	if err != nil || unit < 1 || unit > maxRounding {
		return Rounding{}, valueInvalid("round_to_minutes", "range", "must be a number from 1 to 60")
	}
	if !direction.valid() {
		return Rounding{}, valueInvalid("rounding", "enum", "must be nearest, up or down")
	}
	return Rounding{Minutes: unit, Direction: direction}, nil
}

func valueInvalid(name, code, detail string) error {
	return errs.New(errs.Malformed, "parameter_invalid", "The request has a parameter with a wrong value.").WithField(name, code, detail)
}
