package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// bare answers the calls of the mix with the fewest statements that one could write by hand. They read the caller and
// the running timer, and write the entry and its event. There is no idempotency, no work item to store, no check of the
// last stop and no savepoint. The tables, their indexes and the grouped commits are the product's.
type bare struct {
	tokens  tokens
	writes  *batches
	member  *sql.Stmt
	running *sql.Stmt
}

func serveBare(b *testing.B, d *directory, path string) (address string) {
	b.Helper()
	reading := openFile(b, path, "query_only(1)")
	reading.SetMaxOpenConns(4)
	reading.SetMaxIdleConns(4)
	b.Cleanup(func() { _ = reading.Close() })
	f := &bare{
		tokens: tokens{verifier: d.verifier(b)},
		writes: newBatches(b, path),
		member: prepare(b, reading, `SELECT u.tenant_id, u.id, u.name FROM tenants t
			JOIN users u ON u.tenant_id = t.id AND u.object_id = ?2
			WHERE t.directory_id = ?1 AND t.status = 'active' AND u.status = 'active'`),
		running: prepare(b, reading, selectRunning),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/timers", f.handle(f.start))
	mux.HandleFunc("GET /api/v1/timers/current", f.handle(f.current))
	mux.HandleFunc("POST /api/v1/timers/current/stop", f.handle(f.stop))
	return serve(b, &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute})
}

// preparer is a pool or a connection.
type preparer interface {
	PrepareContext(ctx context.Context, text string) (*sql.Stmt, error)
}

func prepare(b *testing.B, on preparer, text string) *sql.Stmt {
	b.Helper()
	statement, err := on.PrepareContext(b.Context(), text)
	if err != nil {
		b.Fatal(err)
	}
	return statement
}

const selectRunning = `SELECT e.id, s.tracker, s.name, p.name, w.number, e.started_at, e.revision FROM time_entries e
	JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id
	JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
	JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = w.site_id
	WHERE e.tenant_id = ?1 AND e.user_id = ?2 AND e.stopped_at IS NULL`

// caller is the member, as far as the bare floor needs it.
type caller struct {
	tenant ids.Tenant
	user   ids.User
	name   string
}

func (f *bare) handle(answer func(r *http.Request, c caller) (status int, body []byte, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		person, err := f.tokens.person(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		var c caller
		row := f.member.QueryRowContext(context.WithoutCancel(r.Context()), person.DirectoryID, person.ObjectID)
		if err := row.Scan(&c.tenant, &c.user, &c.name); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		status, body, err := answer(r, c)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

// scanRunning reads the running timer; ok is false when there is none.
func scanRunning(ctx context.Context, statement *sql.Stmt, c caller) (e timer.Entry, ok bool, err error) {
	var started int64
	item := &e.WorkItem
	err = statement.QueryRowContext(ctx, c.tenant, c.user).Scan(&e.ID, &item.Site.Tracker, &item.Site.Name, &item.Project.Name,
		&item.Number, &started, &e.Revision)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	e.StartedAt = time.UnixMilli(started).UTC()
	e.User.Name = c.name
	return e, err == nil, err
}

func (f *bare) current(r *http.Request, c caller) (int, []byte, error) {
	entry, ok, err := scanRunning(context.WithoutCancel(r.Context()), f.running, c)
	if err != nil || !ok {
		return http.StatusOK, []byte(`{}`), err
	}
	return http.StatusOK, timerJSON(entry, time.Now().UTC()), nil
}

func (f *bare) start(r *http.Request, c caller) (status int, answer []byte, err error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return 0, nil, err
	}
	var body wanted
	if err := json.Unmarshal(text, &body); err != nil {
		return 0, nil, err
	}
	err = f.writes.do(func(ctx context.Context, on *writing) error {
		now := time.Now().UTC().Truncate(time.Millisecond)
		if _, err := on.end(ctx, c, now); err != nil {
			return err
		}
		e := timer.Entry{ID: ids.New[ids.Entry](), StartedAt: now, Revision: 1}
		item := &e.WorkItem
		item.Site.Tracker, item.Site.Name = workitem.AzureDevOps, body.WorkItem.Organization
		item.Project.Name, item.Number = body.WorkItem.Project, body.WorkItem.ID
		err := on.item.QueryRowContext(ctx, c.tenant, workitem.NameKey(item.Site.Name), item.Number).Scan(&item.ID, &item.Project.ID)
		if err != nil {
			return err
		}
		_, err = on.insert.ExecContext(ctx, c.tenant, e.ID, c.user, item.ID, item.Project.ID, now.UnixMilli(), body.ExistingHours)
		if err != nil {
			return err
		}
		_, err = on.event.ExecContext(ctx, c.tenant, ids.New[ids.Any](), 1, now.UnixMilli(), c.user, e.ID)
		answer = timerJSON(e, now)
		return err
	})
	return http.StatusCreated, answer, err
}

func (f *bare) stop(_ *http.Request, c caller) (status int, answer []byte, err error) {
	err = f.writes.do(func(ctx context.Context, on *writing) error {
		now := time.Now().UTC().Truncate(time.Millisecond)
		stopped, err := on.end(ctx, c, now)
		answer = entryJSON(nil, stopped, now)
		return err
	})
	return http.StatusOK, answer, err
}

// end stops the running timer if there is one.
func (on *writing) end(ctx context.Context, c caller, now time.Time) (timer.Entry, error) {
	e, ok, err := scanRunning(ctx, on.running, c)
	if err != nil || !ok {
		return e, err
	}
	e.StoppedAt = now
	e.Revision++
	if _, err := on.update.ExecContext(ctx, c.tenant, e.ID, now.UnixMilli(), e.Revision, monthNumber(e.StartedAt.UnixMilli())); err != nil {
		return e, err
	}
	_, err = on.event.ExecContext(ctx, c.tenant, ids.New[ids.Any](), 2, now.UnixMilli(), c.user, e.ID)
	return e, err
}

// writing is the one connection that writes.
type writing struct {
	conn                                 *sql.Conn
	running, item, insert, update, event *sql.Stmt
	begin, commit                        *sql.Stmt
}

func newWriting(b *testing.B, path string) *writing {
	b.Helper()
	db := openFile(b, path, "synchronous(2)", "foreign_keys(1)")
	b.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return &writing{
		conn:    conn,
		running: prepare(b, conn, selectRunning),
		insert: prepare(b, conn, `INSERT INTO time_entries (tenant_id, id, user_id, work_item_id, project_id, activity_id, billable,
				started_at, existing_hours, source, needs_review, note, revision)
			VALUES (?1, ?2, ?3, ?4, ?5, (SELECT default_activity_id FROM tenants WHERE id = ?1), 1, ?6, ?7, 1, 0, '', 1)`),
		item: prepare(b, conn, `SELECT w.id, w.project_id FROM site_names n
			JOIN work_items w ON w.tenant_id = n.tenant_id AND w.site_id = n.site_id AND w.number = ?3
			WHERE n.tenant_id = ?1 AND n.name_key = ?2`),
		update: prepare(b, conn, `UPDATE time_entries SET stopped_at = ?3, revision = ?4, counted_month = ?5 WHERE tenant_id = ?1 AND id = ?2`),
		event: prepare(b, conn, `INSERT INTO timer_events (tenant_id, id, event_type, occurred_at, user_id, entry_id)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)`),
		begin:  prepare(b, conn, "BEGIN IMMEDIATE"),
		commit: prepare(b, conn, "COMMIT"),
	}
}

// batches commits the writes of several callers together in the simplest way: those who come during a commit share the
// next one. A failure ends the benchmark, so nothing is ever rolled back.
type batches struct {
	queue chan write
}

type write struct {
	do   func(ctx context.Context, on *writing) error
	done chan error
}

func newBatches(b *testing.B, path string) *batches {
	b.Helper()
	on := newWriting(b, path)
	all := &batches{queue: make(chan write, 64)}
	ctx := b.Context()
	go func() {
		var group []write
		for {
			select {
			case <-ctx.Done():
				return
			case first := <-all.queue:
				group = append(group[:0], first)
			}
			for len(group) < cap(all.queue) && len(all.queue) > 0 {
				group = append(group, <-all.queue)
			}
			err := on.together(ctx, group)
			for _, w := range group {
				w.done <- err
			}
		}
	}()
	return all
}

func (all *batches) do(work func(ctx context.Context, on *writing) error) error {
	w := write{do: work, done: make(chan error, 1)}
	all.queue <- w
	return <-w.done
}

func (on *writing) together(ctx context.Context, group []write) error {
	if _, err := on.begin.ExecContext(ctx); err != nil {
		return err
	}
	for _, w := range group {
		if err := w.do(ctx, on); err != nil {
			return err
		}
	}
	_, err := on.commit.ExecContext(ctx)
	return err
}
