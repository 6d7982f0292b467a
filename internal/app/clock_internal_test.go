package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/billing"
	"timetracker/internal/errs"
)

// Nothing is billed while the clock can't be compared, so that must not stay a secret. A short outage is none.
func TestOperatorsLearnOfAClockThatCanNotBeCompared(t *testing.T) {
	var (
		at     = time.Date(2026, time.November, 29, 9, 0, 0, 0, time.UTC)
		told   []alert.Kind
		watch  = &clockWatch{now: func() time.Time { return at }, alert: func(_ context.Context, a alert.Alert) { told = append(told, a.Kind) }}
		unread = errs.New(errs.Unavailable, billing.ClockUnread, "down")
		wrong  = errs.New(errs.Internal, billing.ClockWrong, "ahead")
		other  = errors.New("a bill failed")
	)
	for _, step := range []struct {
		name    string
		after   time.Duration
		outcome error
		want    alert.Kind // empty: nothing is told
	}{
		{"at first", 0, unread, ""},
		{"soon", 50 * time.Minute, unread, ""},
		{"for an hour", 10 * time.Minute, unread, alert.ClockUnread},
		{"soon after that", 10 * time.Minute, unread, ""},
		{"an hour after that", 50 * time.Minute, unread, alert.ClockUnread},
		{"compared", time.Hour, nil, ""},
		{"down again", time.Hour, unread, ""},
		{"compared, with another failure", 30 * time.Minute, other, ""},
		{"down once more", 30 * time.Minute, unread, ""},
		{"for less than an hour", 59 * time.Minute, unread, ""},
		{"compared, and wrong", time.Hour, wrong, alert.ClockWrong},
		{"wrong still", time.Minute, wrong, ""},
		{"down after all", time.Minute, unread, ""},
	} {
		at, told = at.Add(step.after), nil
		watch.note(t.Context(), step.outcome)
		if got := append(told, "")[0]; got != step.want || len(told) > 1 {
			t.Errorf("%s: operators are told %v, want %q", step.name, told, step.want)
		}
	}
}

// shows is a database with a clock.
type shows struct{ at time.Time }

func (s shows) Now(context.Context) (time.Time, error) { return s.at, nil }

// What an operator's command notes is of the database's clock, whatever the operator's machine shows.
func TestCommandsGoByTheDatabasesClock(t *testing.T) {
	database := time.Date(2026, time.November, 30, 9, 0, 0, 0, time.UTC)
	machine := database.AddDate(0, 0, -3)
	now, err := databaseTime(t.Context(), shows{database}, func() time.Time { return machine })
	if err != nil {
		t.Fatal(err)
	}
	machine = machine.Add(time.Minute)
	if got := now(); !got.Equal(database.Add(time.Minute)) {
		t.Errorf("after a minute it is %s", got)
	}
}
