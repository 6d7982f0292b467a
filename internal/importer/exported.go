package importer

import (
	"regexp"
	"slices"
)

// exportedEntries are the columns of the list of entries that a report gives as CSV. Its clock times are those of instants.
var exportedEntries = map[string]column{
	"entry_id": columnID, "started_at": columnStart, "stopped_at": columnStop, "cut": columnCut, "user": columnPerson,
	"project": columnProject, "work_item_id": columnWorkItem, "work_item_title": columnTitle, "activity": columnActivity,
	"billable": columnBillable, "note": columnNote, "needs_review": columnReview, "kind": columnKind,
}

// isExported says whether a head is that of a report's entries.
func isExported(head []string) bool {
	return slices.Contains(head, "entry_id") && slices.Contains(head, "kind")
}

// saysOfWhat says whether a row says what a file of a report is of. It has a name, a value and nothing else.
func saysOfWhat(record []string) bool {
	return len(record) > 2 && record[1] != "" && !slices.ContainsFunc(record[2:], func(cell string) bool { return cell != "" }) &&
		slices.Contains([]string{"first_day", "last_day", "time_zone", "rounding", "left_out"}, record[0])
}

// isTotal says whether a row is a report's last one, with the sums.
func isTotal(record []string) bool { return record[0] == "total" }

// madeInert finds the apostrophes before what a spreadsheet would take for a formula. Commas begin a cell for it where they
// don't separate those of the file.
var (
	madeInert       = regexp.MustCompile(`((?:^|[;\t\r\n])["\s\p{C}\p{M}]*)'([=+\-@＝＋－＠﹦﹢﹣﹫−\t\r\n])`)
	madeInertCommas = regexp.MustCompile(`((?:^|[,;\t\r\n])["\s\p{C}\p{M}]*)'([=+\-@＝＋－＠﹦﹢﹣﹫−\t\r\n])`)
)

// readAsWritten gives the texts of a row of our own as they were before they were made inert for spreadsheets.
func readAsWritten(record []string, separator rune) []string {
	made := madeInertCommas
	if separator == ',' {
		made = madeInert
	}
	for i, cell := range record {
		record[i] = made.ReplaceAllString(cell, "$1$2")
	}
	return record
}
