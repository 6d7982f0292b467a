package billing

import (
	"context"
	"fmt"
	"time"

	"timetracker/internal/errs"
)

// Clock is somebody else's clock, which the server's is compared with. Now is errs.Unavailable when it can't be read.
type Clock struct {
	Name string // for operators, such as "the database"
	Now  func(ctx context.Context) (time.Time, error)
}

// ClockWrong is the code of the error by which nothing is billed, since the server's clock differs from another one.
const ClockWrong = "clock_wrong"

// ClockUnread is the code of the error by which nothing is billed, since another clock can't be read.
const ClockUnread = "clock_unread"

// clockTolerance is how far the server's clock may differ from another one.
const clockTolerance = 5 * time.Minute

// ComparedWith gives a service that bills only while its clock agrees with the others. A month that is billed before it
// has ended stays billed, with a number.
func (s *Service) ComparedWith(clocks ...Clock) *Service {
	compared := *s
	compared.clocks = clocks
	return &compared
}

// CheckClock compares the server's clock with the others: errs.Internal, ClockWrong, where they differ. A clock that
// can't be read is an error too, since billing can wait: errs.Unavailable, ClockUnread.
func (s *Service) CheckClock(ctx context.Context) error {
	for _, other := range s.clocks {
		earliest := s.now().Add(-clockTolerance)
		shown, err := other.Now(ctx)
		if err != nil {
			return errs.Wrap(fmt.Errorf("the clock of %s: %w", other.Name, err), errs.Unavailable, ClockUnread,
				"Nothing is billed, since this server's clock can't be compared with others.")
		}
		ours := s.now()
		if shown.Before(earliest) || shown.After(ours.Add(clockTolerance)) {
			return errs.Newf(errs.Internal, ClockWrong,
				"Nothing is billed: this server's clock shows %s, and that of %s shows %s. Set the clock that is wrong.",
				ours.Format(time.RFC3339), other.Name, shown.UTC().Format(time.RFC3339))
		}
	}
	return nil
}
