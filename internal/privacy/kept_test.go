package privacy_test

import (
	"strings"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/privacy"
)

// TestAGrantedErasureIsConfirmedOnceItIsDone asks for one, lets it run, and finds the confirmation by the reference alone.
func TestAGrantedErasureIsConfirmedOnceItIsDone(t *testing.T) {
	l := newLife(t)
	ctx := t.Context()
	asked, reference := ask(t, l.World, l.grace, privacy.RightErasure, "All of "+graceName)
	granted, err := l.Requests.Decide(ctx, l.ada, asked.ID, asked.Revision, privacy.Decision{Grant: true, Reason: "As " + graceName + " wishes"})
	l.must(err)
	if granted.Status != privacy.Granted || !granted.ClosedAt.IsZero() {
		t.Errorf("%+v", granted)
	}
	_, err = l.Requests.ConfirmationOf(ctx, reference)
	refused(t, err, errs.Conflict, "not_decided")
	l.Clock.Add(2 * time.Minute)
	l.finishErasures()
	found, err := l.Requests.ConfirmationOf(ctx, reference)
	l.must(err)
	r := found.Request
	if r.Status != privacy.Done || r.Note != "" || len(r.Kept) != 1 || r.Kept[0].Until.Before(l.Clock.Now().AddDate(6, 0, 0)) {
		t.Errorf("%+v", r)
	}
	if lines := strings.Join(found.Lines(), "\n"); strings.Contains(lines, "Grace") || !strings.Contains(lines, "kept: ") {
		t.Errorf("the confirmation is\n%s", lines)
	}
	if chosen, err := l.Requests.Choices(ctx, l.grace); err != nil || chosen.Nominee.Name != "" {
		t.Errorf("%+v, %v", chosen, err)
	}
}
