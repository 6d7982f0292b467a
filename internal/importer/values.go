package importer

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/calendar"
)

// DateOrder says what 3/4/2026 means.
type DateOrder string

// The orders. Days with the year first, or with points, need none.
const (
	DayFirst   DateOrder = "dmy"
	MonthFirst DateOrder = "mdy"
)

var slashed = regexp.MustCompile(`^(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})$`)

// orderOf says what a day with slashes can only mean; empty where it can mean both, or is no such day.
func orderOf(text string) DateOrder {
	parts := slashed.FindStringSubmatch(datePart(text))
	if parts == nil {
		return ""
	}
	first, second := number(parts[1]), number(parts[2])
	switch {
	case first > 12 && second <= 12:
		return DayFirst
	case second > 12 && first <= 12:
		return MonthFirst
	default:
		return ""
	}
}

// isOrdered says whether the text is a day whose meaning depends on the order.
func isOrdered(text string) bool { return slashed.MatchString(datePart(text)) }

// datePart is a day, without the time that may follow it.
func datePart(text string) string {
	day, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	day, _, _ = strings.Cut(day, "T")
	return day
}

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$`)
	pointed   = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})$`)
)

// firstYear is before any product has recorded time. The zero time stands for no time, so it must not be read.
const firstYear = 1970

// parseDay reads 2026-11-21, 21.11.2026, and 21/11/2026 or 11/21/2026 by the order. A year of two digits is of this century.
func parseDay(text string, order DateOrder) (calendar.Day, bool) {
	var year, month, day string
	if parts := yearFirst.FindStringSubmatch(text); parts != nil {
		year, month, day = parts[1], parts[2], parts[3]
	} else if parts := pointed.FindStringSubmatch(text); parts != nil {
		day, month, year = parts[1], parts[2], parts[3]
	} else if parts := slashed.FindStringSubmatch(text); parts != nil && order == MonthFirst {
		month, day, year = parts[1], parts[2], parts[3]
	} else if parts != nil && order == DayFirst {
		day, month, year = parts[1], parts[2], parts[3]
	} else {
		return calendar.Day{}, false
	}
	if len(year) == 2 {
		year = "20" + year
	}
	d := calendar.Day{Year: number(year), Month: time.Month(number(month)), Date: number(day)}
	// 31 April becomes another day when it is counted on.
	return d, d == d.AddDays(0) && d.Year >= firstYear
}

func number(digits string) int {
	n, _ := strconv.Atoi(digits) // a pattern has matched them
	return n
}

var clockTime = regexp.MustCompile(`(?i)^(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,3}))?)?\s*([ap])?\.?m?\.?$`)

// parseClock reads 9:30, 09:30:15, 09:30:15.250 and 9:30 PM as the time since the clocks showed midnight.
func parseClock(text string) (time.Duration, bool) {
	parts := clockTime.FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil {
		return 0, false
	}
	hour, minute, second := number(parts[1]), number(parts[2]), number(parts[3])
	switch half := strings.ToLower(parts[5]); {
	case half != "" && (hour < 1 || hour > 12):
		return 0, false
	case half == "a" && hour == 12:
		hour = 0
	case half == "p" && hour < 12:
		hour += 12
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	ms := number((parts[4] + "000")[:3])
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(ms)*time.Millisecond, true
}

var (
	clockLength = regexp.MustCompile(`^(\d{1,4}):([0-5]\d)(?::([0-5]\d)(?:[.,](\d{1,3}))?)?$`)
	hourLength  = regexp.MustCompile(`^(\d{1,4})(?:[.,](\d{1,6}))?$`)
)

// parseLength reads 1:30, 1:30:00, 1:30:00.250, and hours such as 1.5 or 1,5. Hours are cut to the millisecond.
func parseLength(text string) (time.Duration, bool) {
	if parts := clockLength.FindStringSubmatch(text); parts != nil {
		return time.Duration(number(parts[1]))*time.Hour + time.Duration(number(parts[2]))*time.Minute +
			time.Duration(number(parts[3]))*time.Second + time.Duration(number((parts[4] + "000")[:3]))*time.Millisecond, true
	}
	parts := hourLength.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	// In integers, since 0.1 h are exactly 360,000 ms.
	millionths := int64(number(parts[1]))*1_000_000 + int64(number((parts[2] + "000000")[:6]))
	return time.Duration(millionths*3600/1000) * time.Millisecond, true
}

// parseUnits reads a whole number of seconds or milliseconds.
func parseUnits(text string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > int64(time.Hour*10_000/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// parseInstant reads RFC 3339 with an offset, such as 2026-11-21T09:00:00.000Z.
func parseInstant(text string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, text)
	t = calendar.Instant(t)
	return t, err == nil && t.Year() >= firstYear && t.Year() <= 9999
}

// parseYes reads what products write for yes and no; nil where they say nothing.
func parseYes(text string) (answer *bool, ok bool) {
	yes, no := true, false
	switch strings.ToLower(text) {
	case "":
		return nil, true
	case "yes", "true", "1", "y", "billable", "ja":
		return &yes, true
	case "no", "false", "0", "n", "non-billable", "nein":
		return &no, true
	default:
		return nil, false
	}
}

var (
	// A work item as people write it: #104 or AB#104, as Azure Boards has it.
	itemMention = regexp.MustCompile(`(?:^|[^\w/])(?:AB)?#(\d{1,10})\b`)
	// An address of a work item in Azure DevOps.
	itemLink = regexp.MustCompile(`/_workitems/(?:edit/)?(\d{1,10})\b`)
	// A cell of numbers alone.
	itemNumber = regexp.MustCompile(`^#?(\d{1,10})$`)
)

// mentionedItem is the number of the first work item that one of the texts names; empty for none.
func mentionedItem(texts ...string) string {
	for _, text := range texts {
		for _, pattern := range []*regexp.Regexp{itemLink, itemMention} {
			if found := pattern.FindStringSubmatch(text); found != nil {
				return found[1]
			}
		}
	}
	return ""
}

// cut shortens a text to a number of characters.
func cut(text string, length int) string {
	if utf8.RuneCountInString(text) <= length {
		return text
	}
	return string([]rune(text)[:length-1]) + "…"
}
