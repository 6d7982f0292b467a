package workitem_test

import (
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// retitle changes 104 in Azure DevOps.
func (s *street) retitle(user, title string) time.Time {
	s.t.Helper()
	_, err := s.azure.Boards.Update(s.person(user), s.contoso.ID, 104, func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: map[string]any{boards.FieldTitle: title}}, nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.Clock.Now()
}

// TestLastChangeWithinAnEntry: it is told to the owner alone, of their own changes while the entry ran, and of a running
// timer too.
func TestLastChangeWithinAnEntry(t *testing.T) {
	s := newStreet(t)
	colleague := s.Join(t, s.admin, "Linus")
	s.retitle(linus, "Before the start")
	s.Clock.Add(time.Minute)
	s.start(colleague, "104")
	ask := func(m tenant.Member, user string) (workitem.LastChange, error) {
		running, _, _, err := s.Timers.Current(t.Context(), colleague)
		if err != nil {
			t.Fatal(err)
		}
		return s.Timers.LastChange(t.Context(), m, s.azure.Credential(t, user), running.ID)
	}
	if got, err := ask(colleague, linus); err != nil || got != (workitem.LastChange{}) {
		t.Errorf("without a change: %+v (%v)", got, err)
	}
	s.Clock.Add(time.Minute)
	own := s.retitle(linus, "His")
	s.Clock.Add(time.Minute)
	s.retitle(ada, "Hers")
	s.Clock.Add(time.Minute)
	if got, err := ask(colleague, linus); err != nil || !got.At.Equal(own) || got.Problem != nil {
		t.Errorf("his change: %+v (%v), want %s", got, err, own)
	}
	if got, err := ask(s.admin, ada); !errs.Is(err, errs.NotFound) {
		t.Errorf("an admin is told %+v (%v)", got, err)
	}
}

// TestLastChangeNeverFails: whatever Azure DevOps does, the answer says why there is none. It is asked again later.
func TestLastChangeNeverFails(t *testing.T) {
	for _, fault := range []standin.Fault{standin.Down, standin.Throttled, standin.WrongJSON, standin.Reset, standin.ClaimsChallenge} {
		t.Run(string(fault), func(t *testing.T) {
			s := newStreet(t)
			s.start(s.admin, "104")
			s.Clock.Add(time.Minute)
			own := s.retitle(ada, "Hers")
			s.Clock.Add(time.Minute)
			stopped, err := s.Timers.Stop(t.Context(), s.admin, ids.Entry{})
			if err != nil {
				t.Fatal(err)
			}
			ask := func() (workitem.LastChange, error) {
				return s.Timers.LastChange(t.Context(), s.admin, s.azure.Credential(t, ada), stopped.ID)
			}
			s.azure.Fail(t, connectortest.AzureDevOps, fault)
			if got, err := ask(); err != nil || got.Problem == nil || !got.At.IsZero() {
				t.Errorf("meanwhile %+v (%v)", got, err)
			}
			before := s.azure.Calls()
			if _, err := ask(); err != nil || (fault != standin.ClaimsChallenge && s.azure.Calls() > before) {
				t.Errorf("asked again at once (%v)", err)
			}
			s.azure.Fail(t, connectortest.AzureDevOps, standin.Off)
			s.Clock.Add(time.Minute)
			if got, err := ask(); err != nil || got.Problem != nil || !got.At.Equal(own) {
				t.Errorf("later %+v (%v), want %s", got, err, own)
			}
		})
	}
}

// TestLastChangeWithoutATracker: an installation that isn't connected says so.
func TestLastChangeWithoutATracker(t *testing.T) {
	s := newStreet(t)
	alone := timer.NewService(s.Store, workitem.NewService(s.Store, nil, s.Clock.Now), s.Clock.Now)
	s.start(s.admin, "104")
	running, _, _, err := alone.Current(t.Context(), s.admin)
	if err != nil {
		t.Fatal(err)
	}
	got, err := alone.LastChange(t.Context(), s.admin, s.azure.Credential(t, ada), running.ID)
	if err != nil || !errs.Is(got.Problem, errs.Unavailable) {
		t.Errorf("%+v (%v)", got, err)
	}
}
