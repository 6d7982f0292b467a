package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/httpserver"
	"timetracker/internal/ids"
)

// trackerWatch tells operators that a tracker can't be asked, which a proxy or a certificate of theirs may be the reason
// of. Of many people who meet the same the log has one line a minute. What people can do something about themselves is
// told to them alone.
type trackerWatch struct {
	log     *slog.Logger
	sampler *httpserver.Sampler
}

func newTrackerWatch(now func() time.Time, log *slog.Logger) *trackerWatch {
	return &trackerWatch{log: log, sampler: httpserver.NewSampler(now)}
}

// note looks at what has kept a visit from asking. A problem without a cause is a pause after one that was told.
func (w *trackerWatch) note(ctx context.Context, id ids.Tenant, problems ...error) {
	for _, problem := range problems {
		if !errs.Is(problem, errs.Unavailable) || errors.Unwrap(problem) == nil {
			continue
		}
		code := errs.CodeOf(problem)
		if leftOut, write := w.sampler.Take(code); write {
			w.log.LogAttrs(ctx, slog.LevelWarn, "azure devops could not be asked", slog.String("code", code),
				slog.Any("tenant", id), slog.Any("error", problem), slog.Int("left_out", leftOut))
		}
	}
}
