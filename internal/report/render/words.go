package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/report"
)

// Language is that of a file's heads, dates and sentences. Names of columns in CSV are the same in every language.
type Language string

// The languages.
const (
	English Language = "en"
	German  Language = "de"
)

// words are a language's. The zero Language is English.
type words struct {
	time, entries                       string // titles
	summary, details, total, byFirst    string
	organization, period, zone, made    string
	rounding, unrounded                 string
	roundedTo                           map[report.Direction]string // with the number of minutes
	hours, review, compared             string
	target, missing, excess             string
	corrections                         string
	leftOut, person, persons            string // with the number
	yes, no, without                    string
	kinds                               map[string]string // of what is listed, by its name in CSV
	general                             string            // time without a work item
	page                                string            // with the number and how many there are
	forSupplier, forCustomer, signature string
	reviewNote                          string
	exact, exactNote                    string
	week, quarter                       string // with the number and the year
	day                                 string // layout
	months                              []string
	decimal, thousands                  string
	heads                               map[string]string // by the name of the column in CSV
}

func wordsOf(language Language) words {
	if language == German {
		return german
	}
	return english
}

var english = words{
	time: "Recorded time", entries: "Time entries",
	summary: "Summary", details: "Details", total: "Total", byFirst: "By %s",
	organization: "Organization", period: "Period", zone: "Time zone", made: "Made on",
	rounding: "Rounding", unrounded: "None",
	roundedTo: map[report.Direction]string{
		report.Nearest: "To the nearest %d min, each entry", report.Up: "Up to %d min, each entry", report.Down: "Down to %d min, each entry",
	},
	hours: "Hours", review: "Under review", compared: "Beside", yes: "Yes", no: "No", without: "None",
	target: "Target", missing: "Missing", excess: "Beyond", corrections: "Adjustments",
	leftOut: "Left out", person: "%d person", persons: "%d people",
	kinds: map[string]string{"entry": "Entry", "adjustment": "Adjustment", "settlement": "Settlement"},
	page:  "Page %d of %d", forSupplier: "For %s", forCustomer: "For the customer", signature: "Date, signature",
	reviewNote: "Time under review is not part of the total until it is confirmed.",
	exact:      "To the millisecond", exactNote: "A length here is the difference of the times as they are shown.",
	general: "General time",
	week:    "Week %d, %d", quarter: "Q%d %d", day: "2 January 2006",
	decimal: ".", thousands: ",",
	heads: map[string]string{
		"day": "Day", "start": "Start", "end": "End", "week": "Week", "month": "Month", "quarter": "Quarter", "organization": "Organization", "project": "Project",
		"user": "Person", "work_item_organization": "Organization of the item", "work_item_project": "Project of the item",
		"work_item": "Work item", "work_item_id": "Work item", "work_item_type": "Type", "work_item_title": "Title",
		"site": "Organization", "parent": "Parent", "type": "Type", "parent_organization": "Organization of the parent",
		"parent_project": "Project of the parent", "parent_id": "Parent", "parent_type": "Type of the parent", "parent_title": "Title of the parent",
		"activity": "Activity", "activity_id": "Activity", "billable": "Billable", "note": "Note", "state": "State", "approved": "Approved",
		"kind": "Kind", "adjusted_day": "For day", "reason": "Reason",
		"elapsed": "Time", "hours": "Hours", "needs_review": "Under review", "entries": "Entries",
		"billable_hours": "Billable hours", "adjusted_hours": "Adjustments, hours", "previous_hours": "Hours beside",
	},
}

var german = words{
	time: "Erfasste Zeit", entries: "Zeiteinträge",
	summary: "Übersicht", details: "Einzelheiten", total: "Summe", byFirst: "Nach %s",
	organization: "Organisation", period: "Zeitraum", zone: "Zeitzone", made: "Erstellt am",
	rounding: "Rundung", unrounded: "Keine",
	roundedTo: map[report.Direction]string{
		report.Nearest: "Auf %d min, jeder Eintrag", report.Up: "Aufgerundet auf %d min, jeder Eintrag", report.Down: "Abgerundet auf %d min, jeder Eintrag",
	},
	hours: "Stunden", review: "In Prüfung", compared: "Daneben", yes: "Ja", no: "Nein", without: "Ohne",
	target: "Soll", missing: "Fehlt", excess: "Darüber", corrections: "Korrekturen",
	leftOut: "Nicht enthalten", person: "%d Person", persons: "%d Personen",
	kinds: map[string]string{"entry": "Eintrag", "adjustment": "Korrektur", "settlement": "Nachtrag"},
	page:  "Seite %d von %d", forSupplier: "Für %s", forCustomer: "Für den Kunden", signature: "Datum, Unterschrift",
	reviewNote: "Zeit in Prüfung zählt erst zur Summe, wenn sie bestätigt ist.",
	exact:      "Auf die Millisekunde", exactNote: "Eine Länge ist hier die Differenz der Zeiten, wie sie gezeigt sind.",
	general: "Allgemeine Zeit",
	week:    "KW %d, %d", quarter: "Q%d %d", day: "2. January 2006",
	months: []string{
		"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
	},
	decimal: ",", thousands: ".",
	heads: map[string]string{
		"day": "Tag", "start": "Beginn", "end": "Ende", "week": "Woche", "month": "Monat", "quarter": "Quartal", "organization": "Organisation", "project": "Projekt",
		"user": "Person", "work_item_organization": "Organisation des Work Items", "work_item_project": "Projekt des Work Items",
		"work_item": "Work Item", "work_item_id": "Work Item", "work_item_type": "Typ", "work_item_title": "Titel",
		"site": "Organisation", "parent": "Übergeordnetes Work Item", "type": "Typ", "parent_organization": "Organisation des übergeordneten Work Items",
		"parent_project": "Projekt des übergeordneten Work Items", "parent_id": "Übergeordnetes Work Item",
		"parent_type": "Typ des übergeordneten Work Items", "parent_title": "Titel des übergeordneten Work Items",
		"activity": "Tätigkeit", "activity_id": "Tätigkeit", "billable": "Abrechenbar", "note": "Notiz", "state": "Zustand", "approved": "Genehmigt",
		"kind": "Art", "adjusted_day": "Für den Tag", "reason": "Grund",
		"elapsed": "Zeit", "hours": "Stunden", "needs_review": "In Prüfung", "entries": "Einträge",
		"billable_hours": "Abrechenbare Stunden", "adjusted_hours": "Korrekturen, Stunden", "previous_hours": "Stunden daneben",
	},
}

// people writes how many there are.
func (w words) people(count int) string {
	if count == 1 {
		return fmt.Sprintf(w.person, count)
	}
	return fmt.Sprintf(w.persons, count)
}

// yesOrNo writes a flag.
func (w words) yesOrNo(flag bool) string {
	if flag {
		return w.yes
	}
	return w.no
}

// values are the names of what a report was narrowed to.
func (w words) values(n report.Narrowed) []string {
	shown := slices.Clone(n.Values)
	for i, text := range shown {
		switch {
		case text == "":
			shown[i] = w.without
		case n.By == "billable" || n.By == "approved" || n.By == "needs_review":
			shown[i] = w.yesOrNo(text == "true")
		}
	}
	return shown
}

// head is what a column is called.
func (w words) head(name string) string { return w.heads[name] }

// date writes a day in words.
func (w words) date(d calendar.Day) string {
	return w.translate(time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, time.UTC).Format(w.day))
}

// translate puts the language's name for that of a month in English.
func (w words) translate(text string) string {
	for month, name := range w.months {
		if english := time.Month(month + 1).String(); strings.Contains(text, english) {
			return strings.Replace(text, english, name, 1)
		}
	}
	return text
}

// days writes a range of days, both of which are included.
func (w words) days(first, last calendar.Day) string {
	if first == last {
		return w.date(first)
	}
	return w.date(first) + " – " + w.date(last)
}

// round says how a report rounds.
func (w words) round(r report.Rounding) string {
	if r.Minutes == 0 {
		return w.unrounded
	}
	return fmt.Sprintf(w.roundedTo[r.Direction], r.Minutes)
}

// periodName writes what a period is called: 2026-11-21, 2026-W47, 2026-11 or 2026-Q4.
func (w words) periodName(d report.Dimension, name string) string {
	var year, number int
	switch d { //nolint:exhaustive // the others are no periods
	case report.Day:
		if day, err := calendar.ParseDay(name); err == nil {
			return w.date(day)
		}
	case report.Month:
		if m, err := calendar.ParseMonth(name); err == nil {
			return w.translate(m.From().Format("January 2006"))
		}
	case report.Week:
		if n, err := fmt.Sscanf(name, "%d-W%d", &year, &number); n == 2 && err == nil {
			return fmt.Sprintf(w.week, number, year)
		}
	}
	return name
}

// length writes ms as h:mm, cut to the minute. It may be negative.
func (w words) length(ms int64) string {
	minutes, sign := signed(ms / calendar.Minute)
	return fmt.Sprintf("%s%s:%02d", sign, w.group(minutes/60), minutes%60)
}

// decimalHours writes ms as hours with two decimals, cut to hundredths.
func (w words) decimalHours(ms int64) string {
	hundredths, sign := signed(ms / calendar.HourCent)
	return fmt.Sprintf("%s%s%s%02d", sign, w.group(hundredths/100), w.decimal, hundredths%100)
}

// signed parts a number from its sign. Nothing has none.
func signed(n int64) (amount int64, sign string) {
	if n < 0 {
		return -n, "−"
	}
	return n, ""
}

// group writes a whole number with the language's marks between thousands.
func (w words) group(n int64) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + w.thousands + text[at:]
	}
	return text
}
