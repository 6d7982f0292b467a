package webhook

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/httpserver"
)

// Microsoft calls some times a day for each customer, so this many calls that are not its own are a flood.
const (
	// floodOf is how many refused calls within floodTime operators are told of.
	floodOf   = 100
	floodTime = 10 * time.Minute
	// toldEvery is how often they are told of the same.
	toldEvery = time.Hour
)

// The codes of errors by which a call is refused. Those of Config.Verify are as in the package entra.
const (
	codeTokenMissing    = "token_missing"
	codeTokenInvalid    = "token_invalid"
	codeTokenForAnother = "token_for_another" // the Marketplace's, for another directory or app
	codeTokenUntimely   = "token_untimely"
	codeKeysUnavailable = "signing_keys_unavailable"
	codeNotHere         = "not_here" // the call is at another address than the webhook's
)

// reasonOf is the reason of a refusal in metrics and log. There are few, so every unknown code is "other".
func reasonOf(err error) string {
	switch code := errs.CodeOf(err); code {
	case codeTokenMissing, codeTokenInvalid, codeTokenForAnother, codeTokenUntimely, codeKeysUnavailable, codeNotHere:
		return code
	default:
		return "other"
	}
}

// refusals tell of calls that are not known to be Microsoft's. Anybody can make them, so they are counted, and the log has
// a sample. Operators are told of a flood of them, and of a call that would be Microsoft's with other settings.
type refusals struct {
	Config

	sampler *httpserver.Sampler
	mu      sync.Mutex
	began   time.Time // of the time in which count is counted
	count   int
	told    map[alert.Kind]time.Time
}

func newRefusals(c Config) *refusals {
	return &refusals{Config: c, sampler: httpserver.NewSampler(c.Now), told: map[alert.Kind]time.Time{}}
}

// note tells of one call that was refused. err holds nothing of the call.
func (r *refusals) note(ctx context.Context, err error) {
	reason := reasonOf(err)
	r.Refused(reason)
	if leftOut, write := r.sampler.Take(reason); write {
		r.Log.LogAttrs(ctx, slog.LevelWarn, "webhook call refused", slog.String("reason", reason),
			slog.String("error", err.Error()), slog.Int("left_out", leftOut))
	}
	for _, kind := range r.alerts(reason) {
		r.Alert(ctx, alert.Alert{Kind: kind, Err: err})
	}
}

// alerts are what operators must be told because of a call.
func (r *refusals) alerts(reason string) (kinds []alert.Kind) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.Now()
	if past := now.Sub(r.began); past < 0 || past >= floodTime {
		r.began, r.count = now, 0
	}
	r.count++
	if reason == codeTokenForAnother {
		kinds = append(kinds, alert.WebhookMisdirected)
	}
	if r.count >= floodOf {
		kinds = append(kinds, alert.WebhookFlooded)
	}
	due := kinds[:0]
	for _, kind := range kinds {
		if past := now.Sub(r.told[kind]); past < 0 || past >= toldEvery {
			r.told[kind] = now
			due = append(due, kind)
		}
	}
	return due
}
