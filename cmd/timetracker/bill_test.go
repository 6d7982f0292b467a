package main

import (
	"testing"
	"time"

	"timetracker/internal/apptest"
	"timetracker/internal/calendar"
)

// TestBill shows the bill of next month from a `dev` that runs at the same time. Nobody has worked in that month, and
// it does not end when the test runs over midnight.
func TestBill(t *testing.T) {
	data := t.TempDir()
	args, _ := devArguments(t, data)
	next := calendar.MonthOf(time.Now()).Next()
	dev := apptest.Start(t, program, nil, append(args, "--at", next.From().AddDate(0, 0, 14).Format(time.RFC3339))...)
	dev.AwaitLine(t, "ready")
	month := next.String()

	early := apptest.Start(t, program, nil, "bill", "--month", month, "--data", data)
	if code := early.ExitCode(t); code != 1 {
		t.Errorf("the exit code is %d", code)
	}
	checkPattern(t, "standard error", early.Stderr.String(), `^timetracker: month_not_over: `+month+` has not ended yet [^\n]*\n$`)

	dry := apptest.Start(t, program, nil, "bill", "--month", month, "--dry-run", "--data", data)
	if code := dry.ExitCode(t); code != 0 {
		t.Errorf("the exit code of the dry run is %d", code)
	}
	checkPattern(t, "standard output", dry.Stdout.String(),
		`^CUSTOMER [^\n]*\n"Contoso" +team +0 +20 +9\.00 +180\.00 +USD +- +would be made: monthly\n$`)
	checkPattern(t, "standard error", dry.Stderr.String(), "")
}
