package crashtest

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	_ "modernc.org/sqlite"

	"timetracker/api"
)

// naiveOptions say where the naive server listens and stores.
type naiveOptions struct {
	Listen string
	File   string
	Racing bool // requests of a user look in pairs before they act, so that a race that is rare otherwise is certain
}

// naive is the server that the test must catch. It checks and then acts, in separate statements. Nothing in its
// database ensures that a user has one running timer, and it does not know Idempotency-Key. It has the part of the API
// that the test uses. It believes the name in the token, and all users are admins.
type naive struct {
	db     *sql.DB
	racing bool
	mu     sync.Mutex
	pairs  map[string]pair // by user
}

// pair is where two requests meet.
type pair chan struct{}

// meet waits for another request, for at most as long as one can take.
func (p pair) meet() {
	select {
	case p <- struct{}{}:
	case <-p:
	case <-time.After(10 * time.Second):
	}
}

const naiveSchema = `
CREATE TABLE IF NOT EXISTS entries (
	id TEXT PRIMARY KEY, user TEXT, project TEXT, item TEXT, hours REAL, started INTEGER, stopped INTEGER, voided INTEGER);
CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, type TEXT, entry TEXT)`

func runNaive(ctx context.Context, o naiveOptions) error {
	db, err := sql.Open("sqlite", "file:"+o.File+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)")
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, naiveSchema); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return err
	}
	n := &naive{db: db, racing: o.Racing, pairs: map[string]pair{}}
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(r *http.Request) (status int, etag string, body any, err error){
		"POST /timers":              n.start,
		"POST /timers/current/stop": n.stop,
		"DELETE /timers/current":    n.discard,
		"GET /timers/current":       n.current,
		"GET /time-entries":         n.list(`1 = 1`),
		"GET /timers":               n.list(`stopped IS NULL`),
		"GET /timer-events":         n.events,
		"GET /reports/time":         n.report,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			status, etag, body, err := handle(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("ETag", etag)
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(body)
		})
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	stopped := context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })
	defer stopped()
	fmt.Fprintln(os.Stdout, "ready")
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func now() int64 { return time.Now().UnixMilli() }

func caller(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// where selects entries, the latest first.
func (n *naive) where(ctx context.Context, condition string, args ...any) (entries []api.TimeEntry, err error) {
	rows, err := n.db.QueryContext(ctx, `SELECT id, user, project, item, hours, started, stopped, voided FROM entries WHERE `+
		condition+` ORDER BY started DESC, id DESC`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		e := api.TimeEntry{Source: api.TimeEntrySourceTimer, WorkItem: &api.WorkItem{Tracker: "azure_devops", Organization: "naive"}, Etag: `"1"`}
		var started int64
		var stopped, voided sql.NullInt64
		err := rows.Scan(&e.Id, &e.User.Id, &e.WorkItem.Project, &e.WorkItem.Id, &e.ExistingHours, &started, &stopped, &voided)
		if err != nil {
			return nil, err
		}
		e.User.Name = e.User.Id
		e.StartedAt, e.StoppedAt, e.VoidedAt = *instant(started), nullableInstant(stopped), nullableInstant(voided)
		if e.StoppedAt != nil {
			e.ElapsedMs, e.Etag = stopped.Int64-started, `"2"`
		}
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

func instant(ms int64) *api.Instant { return &api.Instant{Time: time.UnixMilli(ms).UTC()} }

func nullableInstant(ms sql.NullInt64) *api.Instant {
	if !ms.Valid {
		return nil
	}
	return instant(ms.Int64)
}

// look reads the timer that start, stop and discard act upon.
func (n *naive) look(r *http.Request) (timer api.TimeEntry, ok bool, err error) {
	timer, ok, err = n.running(r)
	if n.racing {
		n.mu.Lock()
		p := n.pairs[caller(r)]
		if p == nil {
			p = make(pair)
			n.pairs[caller(r)] = p
		}
		n.mu.Unlock()
		p.meet()
	}
	return timer, ok, err
}

func (n *naive) running(r *http.Request) (timer api.TimeEntry, ok bool, err error) {
	entries, err := n.where(r.Context(), `user = ? AND stopped IS NULL`, caller(r))
	if err != nil || len(entries) == 0 {
		return timer, false, err
	}
	return entries[0], true, nil
}

func (n *naive) byID(ctx context.Context, id string) (api.TimeEntry, error) {
	entries, err := n.where(ctx, `id = ?`, id)
	if err != nil {
		return api.TimeEntry{}, err
	}
	return entries[0], nil
}

// change writes to an entry and then to the log.
func (n *naive) change(ctx context.Context, event, id, statement string, args ...any) error {
	if _, err := n.db.ExecContext(ctx, statement, args...); err != nil {
		return err
	}
	_, err := n.db.ExecContext(ctx, `INSERT INTO events VALUES (?, ?, ?)`, uuid.NewString(), event, id)
	return err
}

func (n *naive) start(r *http.Request) (status int, etag string, body any, err error) {
	ctx := r.Context()
	var request api.StartTimer
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		return 0, "", nil, err
	}
	running, ok, err := n.look(r)
	if err != nil {
		return 0, "", nil, err
	}
	answer := api.TimerStarted{ServerTime: *instant(now())}
	if ok {
		if running.WorkItem.Id == request.WorkItem.Id {
			answer.Timer = running
			return http.StatusOK, running.Etag, answer, nil
		}
		err := n.change(ctx, "switched", running.Id, `UPDATE entries SET stopped = ? WHERE id = ?`, now(), running.Id)
		if err != nil {
			return 0, "", nil, err
		}
		if running, err = n.byID(ctx, running.Id); err != nil {
			return 0, "", nil, err
		}
		answer.Stopped = &running
	}
	id := uuid.NewString()
	err = n.change(ctx, "started", id, `INSERT INTO entries (id, user, project, item, hours, started) VALUES (?, ?, ?, ?, ?, ?)`,
		id, caller(r), request.WorkItem.Project, request.WorkItem.Id, *request.ExistingHours, now())
	if err != nil {
		return 0, "", nil, err
	}
	answer.Timer, err = n.byID(ctx, id)
	return http.StatusCreated, answer.Timer.Etag, answer, err
}

// end stops the running timer with a statement that sets the right columns.
func (n *naive) end(r *http.Request, statement string, args ...any) (status int, etag string, body any, err error) {
	running, ok, err := n.look(r)
	if err != nil {
		return 0, "", nil, err
	}
	if !ok {
		return http.StatusConflict, "", api.Problem{Code: "timer_not_running"}, nil
	}
	err = n.change(r.Context(), "stopped", running.Id, statement, append(args, running.Id)...)
	if err != nil {
		return 0, "", nil, err
	}
	entry, err := n.byID(r.Context(), running.Id)
	return http.StatusOK, entry.Etag, entry, err
}

func (n *naive) stop(r *http.Request) (status int, etag string, body any, err error) {
	return n.end(r, `UPDATE entries SET stopped = ? WHERE id = ?`, now())
}

func (n *naive) discard(r *http.Request) (status int, etag string, body any, err error) {
	at := now()
	status, etag, body, err = n.end(r, `UPDATE entries SET stopped = ?, voided = ? WHERE id = ?`, at, at)
	if entry, ok := body.(api.TimeEntry); ok && err == nil {
		_, err = n.db.ExecContext(r.Context(), `INSERT INTO events VALUES (?, 'discarded', ?)`, uuid.NewString(), entry.Id)
	}
	return status, etag, body, err
}

func (n *naive) current(r *http.Request) (status int, etag string, body any, err error) {
	answer := api.CurrentTimer{ServerTime: *instant(now())}
	running, ok, err := n.running(r)
	if ok {
		answer.Timer = &running
	}
	return http.StatusOK, running.Etag, answer, err
}

func (n *naive) list(condition string) func(r *http.Request) (status int, etag string, body any, err error) {
	return func(r *http.Request) (status int, etag string, body any, err error) {
		entries, err := n.where(r.Context(), condition)
		return http.StatusOK, "", api.TimeEntryPage{Data: entries, ServerTime: *instant(now())}, err
	}
}

func (n *naive) events(r *http.Request) (status int, etag string, body any, err error) {
	rows, err := n.db.QueryContext(r.Context(), `SELECT id, type, entry FROM events`)
	if err != nil {
		return 0, "", nil, err
	}
	defer rows.Close()
	var page api.TimerEventPage
	for rows.Next() {
		var event api.TimerEvent
		if err := rows.Scan(&event.Id, &event.Type, &event.TimeEntryId); err != nil {
			return 0, "", nil, err
		}
		page.Data = append(page.Data, event)
	}
	return http.StatusOK, "", page, rows.Err()
}

func (n *naive) report(r *http.Request) (status int, etag string, body any, err error) {
	rows, err := n.db.QueryContext(r.Context(), `SELECT user, SUM(stopped - started) FROM entries
		WHERE stopped IS NOT NULL AND voided IS NULL GROUP BY user`)
	if err != nil {
		return 0, "", nil, err
	}
	defer rows.Close()
	var report api.TimeReport
	for rows.Next() {
		row := api.TimeReportRow{User: &api.UserRef{}}
		if err := rows.Scan(&row.User.Id, &row.ElapsedMs); err != nil {
			return 0, "", nil, err
		}
		report.Rows = append(report.Rows, row)
		report.Totals.ElapsedMs += row.ElapsedMs
	}
	return http.StatusOK, "", report, rows.Err()
}
