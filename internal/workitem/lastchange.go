package workitem

import (
	"context"
	"time"

	"timetracker/internal/tenant"
)

// LastChange is when a person has last changed a work item themselves.
type LastChange struct {
	At      time.Time // zero: not in the time that was asked for
	Problem error     // why the tracker could not be asked; nil: it has answered
}

// LastChange asks the tracker, with the member's rights, when the member has last changed an item after from and before
// to. It waits for at most 5 seconds. A tracker that can't be asked doesn't fail it.
func (s *Service) LastChange(
	ctx context.Context, m tenant.Member, as Credential, item WorkItem, from, to time.Time,
) (LastChange, error) {
	if s.remote == nil {
		return LastChange{Problem: noRemote()}, nil
	}
	reader := person{m.Tenant.ID, m.User.ID}
	limited, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	leave, problem := s.reading.enter(limited, reader)
	if problem != nil {
		return LastChange{Problem: asProblem(problem)}, ctx.Err()
	}
	defer leave()
	if wait := s.paused.wait(reader, s.now()); wait > 0 {
		return LastChange{Problem: RemoteUnavailable(nil, wait)}, nil
	}
	at, err := s.remote.LastChange(limited, as, item.Site.Name, item.Number, from, to)
	if err != nil {
		problem := asProblem(err)
		s.paused.note(reader, problem, s.now())
		return LastChange{Problem: problem}, ctx.Err()
	}
	return LastChange{At: at}, nil
}
