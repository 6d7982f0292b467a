package app

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/workitem"
)

// An outage of Azure DevOps, or a broken proxy on the way to it, is in the log, however many people meet it.
func TestOperatorsLearnThatATrackerCanNotBeAsked(t *testing.T) {
	var (
		at      = time.Date(2026, time.November, 29, 9, 0, 0, 0, time.UTC)
		log     bytes.Buffer
		watch   = newTrackerWatch(func() time.Time { return at }, slog.New(slog.NewTextHandler(&log, nil)))
		down    = workitem.RemoteUnavailable(errors.New("the certificate is not trusted"), time.Minute)
		lost    = workitem.AnswerLost(errors.New("connection reset"), time.Minute)
		paused  = workitem.RemoteUnavailable(nil, time.Minute)
		confirm = errs.Wrap(errors.New("AADSTS50076"), errs.Unauthenticated, "interaction_required", "Confirm.")
	)
	for _, step := range []struct {
		name  string
		after time.Duration
		seen  []error
		want  string // in the line; empty: there is none
	}{
		{"all is well", 0, []error{nil, nil}, ""},
		{"people can help themselves", 0, []error{confirm, nil}, ""},
		{"a pause", 0, []error{paused, nil}, ""},
		{"down", 0, []error{nil, down}, "the certificate is not trusted"},
		{"down for somebody else", 30 * time.Second, []error{down, down}, ""},
		{"a lost answer", 0, []error{nil, lost}, "code=tracker_answer_lost"},
		{"still down", 30 * time.Second, []error{down, nil}, "left_out=2"},
	} {
		at = at.Add(step.after)
		log.Reset()
		watch.note(t.Context(), ids.New[ids.Tenant](), step.seen...)
		if got := log.String(); (got == "") != (step.want == "") || !strings.Contains(got, step.want) {
			t.Errorf("%s: the log has %q, want %q", step.name, got, step.want)
		}
	}
}
