package bench

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"timetracker/internal/entra"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// floor answers the calls of the mix with the product's own statements, including idempotency keys and grouped commits.
// Everything else is minimal: net/http's mux, JSON by hand, and a token that is verified once and then remembered by
// its SHA-256. It validates nothing, logs nothing and maps no errors.
type floor struct {
	store  *sqlstore.Store
	timers *timer.Service
	tokens tokens
}

// tokens remembers the person of each token.
type tokens struct {
	verifier *entra.Verifier
	known    sync.Map // [sha256.Size]byte → tenant.Person
}

func (t *tokens) person(r *http.Request) (tenant.Person, error) {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	digest := sha256.Sum256([]byte(token))
	if person, ok := t.known.Load(digest); ok {
		return person.(tenant.Person), nil
	}
	person, err := t.verifier.Verify(r.Context(), token)
	if err == nil {
		t.known.Store(digest, person)
	}
	return person, err
}

func serveFloor(b *testing.B, d *directory, path string) (address string) {
	b.Helper()
	store := openStore(b, path)
	f := &floor{store: store, timers: timer.NewService(store, workitem.NewService(store, nil, time.Now), time.Now), tokens: tokens{verifier: d.verifier(b)}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/timers", f.handle(f.start))
	mux.HandleFunc("GET /api/v1/timers/current", f.handle(f.current))
	mux.HandleFunc("POST /api/v1/timers/current/stop", f.handle(f.stop))
	return serve(b, &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute})
}

func (f *floor) handle(
	answer func(r *http.Request, m tenant.Member) (status int, body []byte, err error),
) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		person, err := f.tokens.person(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		member, ok, err := f.store.Member(r.Context(), person.DirectoryID, person.ObjectID)
		if err != nil || !ok || member.User.Status != tenant.UserActive {
			http.Error(w, "no member", http.StatusForbidden)
			return
		}
		status, body, err := answer(r, member)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

// wanted is the body of a start.
type wanted struct {
	WorkItem struct {
		Organization, Project, ID, Title, Type string
	} `json:"work_item"`
	ExistingHours *float64 `json:"existing_hours"`
}

func (f *floor) start(r *http.Request, m tenant.Member) (int, []byte, error) {
	return f.once(r, m, func(ctx context.Context, text []byte) (int, []byte, error) {
		var body wanted
		if err := json.Unmarshal(text, &body); err != nil {
			return 0, nil, err
		}
		item := body.WorkItem
		result, err := f.timers.Start(ctx, m, timer.StartRequest{ExistingHours: body.ExistingHours, WorkItem: workitem.Claim{
			Tracker: workitem.AzureDevOps, Site: workitem.Named{Name: item.Organization},
			Project: workitem.Named{Name: item.Project}, Number: item.ID, Title: item.Title, Type: item.Type,
		}})
		if err != nil {
			return 0, nil, err
		}
		return http.StatusCreated, timerJSON(result.Timer, result.Now), nil
	})
}

func (f *floor) stop(r *http.Request, m tenant.Member) (int, []byte, error) {
	return f.once(r, m, func(ctx context.Context, _ []byte) (int, []byte, error) {
		stopped, err := f.timers.Stop(ctx, m, ids.Entry{})
		if err != nil {
			return 0, nil, err
		}
		return http.StatusOK, entryJSON(nil, stopped, stopped.StoppedAt), nil
	})
}

func (f *floor) current(r *http.Request, m tenant.Member) (int, []byte, error) {
	entry, ok, now, err := f.timers.Current(r.Context(), m)
	switch {
	case err != nil:
		return 0, nil, err
	case !ok:
		return http.StatusOK, []byte(`{}`), nil
	default:
		return http.StatusOK, timerJSON(entry, now), nil
	}
}

// once does the work in one transaction with its receipt.
func (f *floor) once(
	r *http.Request, m tenant.Member, work func(ctx context.Context, body []byte) (int, []byte, error),
) (status int, answer []byte, err error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		return 0, nil, errors.New("no key")
	}
	hash := idempotency.Hash(sha256.Sum256(body))
	err = f.store.Tx(r.Context(), m.Tenant.ID, func(ctx context.Context) error {
		if status, answer, err = work(ctx, body); err != nil {
			return err
		}
		return f.store.KeepReceipt(ctx, m.Tenant.ID, m.User.ID, key, idempotency.Receipt{
			RequestHash: hash, Status: status, ETag: `"1"`, Body: answer, CreatedAt: time.Now(),
		})
	})
	return status, answer, err
}

const instantLayout = "2006-01-02T15:04:05.000Z"

func timerJSON(e timer.Entry, now time.Time) []byte {
	text := entryJSON([]byte(`{"timer":`), e, now)
	text = append(text, `,"server_time":"`...)
	text = now.AppendFormat(text, instantLayout)
	return append(text, `"}`...)
}

// entryJSON appends the product's JSON of an entry. Nothing in it needs escaping.
func entryJSON(text []byte, e timer.Entry, now time.Time) []byte {
	text = append(text, `{"id":"`...)
	text = append(text, e.ID.String()...)
	text = append(text, `","user":{"id":"`...)
	text = append(text, e.User.ID.String()...)
	text = append(text, `","name":"`...)
	text = append(text, e.User.Name...)
	text = append(text, `"},"work_item":{"tracker":"`...)
	text = append(text, e.WorkItem.Site.Tracker...)
	text = append(text, `","organization":"`...)
	text = append(text, e.WorkItem.Site.Name...)
	text = append(text, `","project":"`...)
	text = append(text, e.WorkItem.Project.Name...)
	text = append(text, `","id":"`...)
	text = append(text, e.WorkItem.Number...)
	text = append(text, `","title":"`...)
	text = append(text, e.WorkItem.Title...)
	text = append(text, `","type":"`...)
	text = append(text, e.WorkItem.Type...)
	text = append(text, `"},"started_at":"`...)
	text = e.StartedAt.AppendFormat(text, instantLayout)
	if !e.Running() {
		text = append(text, `","stopped_at":"`...)
		text = e.StoppedAt.AppendFormat(text, instantLayout)
	}
	text = append(text, `","elapsed_ms":`...)
	text = strconv.AppendInt(text, e.Elapsed(now).Milliseconds(), 10)
	text = append(text, `,"source":"timer","needs_review":false,"etag":"\"`...)
	text = strconv.AppendInt(text, e.Revision, 10)
	return append(text, `\""}`...)
}
