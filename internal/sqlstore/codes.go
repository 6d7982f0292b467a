package sqlstore

import (
	"fmt"
	"strconv"

	"timetracker/internal/audit"
	"timetracker/internal/importer"
	"timetracker/internal/proof"
	"timetracker/internal/timer"
)

// codes are the numbers of an enumeration's values in tables that grow with every timer. A number takes one byte in
// each row and index, where a word takes many. A number is never used for another value.
type codes[T ~string] []T

var (
	entrySources = codes[timer.Source]{timer.FromTimer, timer.Manual}
	eventTypes   = codes[timer.EventType]{
		timer.Started, timer.Stopped, timer.Switched, timer.AutoStopped, timer.Discarded, timer.Voided, timer.Corrected,
		timer.Confirmed, timer.Undone, timer.Resumed, timer.Added, timer.Split, timer.Merged,
	}
	operationKinds = codes[timer.OperationKind]{
		timer.Adding, timer.Changing, timer.Resuming, timer.Undoing, timer.Splitting, timer.Merging, timer.Copying, timer.InBulk,
		timer.Importing,
	}
	rowOutcomes = codes[importer.Outcome](importer.Outcomes)
	accessKinds = codes[audit.AccessKind](audit.AccessKinds)
	chainKinds  = codes[proof.Kind]{
		proof.EntryChange, proof.Adjustment, proof.AuditEvent, proof.BillingRecord, proof.AccessRecord, proof.Erasure, proof.Retention,
	}
)

// of is the value's number; 0, which the schema refuses, for a value without one.
func (c codes[T]) of(value T) int64 {
	for i, known := range c {
		if known == value {
			return int64(i + 1)
		}
	}
	return 0
}

// word is the value with a number; the number itself where there is none.
func (c codes[T]) word(number int64) string {
	if number < 1 || number > int64(len(c)) {
		return strconv.FormatInt(number, 10)
	}
	return string(c[number-1])
}

// into scans a number as the value that it means.
func (c codes[T]) into(value *T) coded[T] { return coded[T]{c, value} }

type coded[T ~string] struct {
	codes codes[T]
	value *T
}

// Scan implements sql.Scanner.
func (c coded[T]) Scan(value any) error {
	if value == nil { // from an outer join
		*c.value = ""
		return nil
	}
	number, ok := value.(int64)
	if !ok || number < 1 || number > int64(len(c.codes)) {
		return fmt.Errorf("%v is no code of a %T", value, *c.value)
	}
	*c.value = c.codes[number-1]
	return nil
}
