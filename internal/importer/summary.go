package importer

import "slices"

// summaries say in the sum of an import what the codes of its rows mean. What a row itself is told can quote an entry.
var summaries = []Problem{
	problemPerson, problemDate, problemLength, problemBillable, problemItem,
	problemStranger, problemNamesakes, problemNoItem, problemProject, problemRepeated, problemActivity, problemFull,
	{"general_not_allowed", "Time on this project needs a work item."},
	{"interval_overlaps", "Another entry or row covers a part of this time."},
	{"interval_in_future", "Time can't be recorded before it has passed."},
	{"interval_invalid", "The end must come after the start."},
	{"interval_too_long", "An entry is at most 24 hours long."},
	{"period_locked", "The period is closed."},
	{"person_left_out", "The time of some people isn't shown to you, and you can't import any for them."},
	{"person_erased", "The person was erased, and gets no new time."},
}

// summaryOf says what a code means, the same for every row.
func summaryOf(code string) string {
	n := slices.IndexFunc(summaries, func(p Problem) bool { return p.Code == code })
	if n < 0 {
		return "The time can't be recorded like this."
	}
	return summaries[n].Detail
}
