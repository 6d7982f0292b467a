package httpapi_test

import (
	"database/sql"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/api"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/spool"
)

// fill copies a tenant's one entry to so many work items that no connection holds a report of them.
func (r *rig) fill(items int) {
	r.t.Helper()
	db, err := sql.Open("sqlite", "file:"+r.file)
	if err != nil {
		r.t.Fatal(err)
	}
	defer db.Close()
	for _, text := range []string{
		`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @items)
		INSERT INTO work_items (tenant_id, id, site_id, number, project_id, title, type)
		SELECT w.tenant_id, RANDOMBLOB(16), w.site_id, 100000 + n, w.project_id, PRINTF('Item %0200d', n), w.type
		FROM work_items w, numbers`,
		`INSERT INTO time_entries (tenant_id, id, user_id, work_item_id, project_id, activity_id, billable, started_at, stopped_at, source,
			needs_review, counted_month, note, revision)
		SELECT e.tenant_id, RANDOMBLOB(16), e.user_id, w.id, e.project_id, e.activity_id, e.billable, e.started_at, e.stopped_at, e.source, 0,
			e.counted_month, '', 1
		FROM time_entries e, work_items w WHERE w.tenant_id = e.tenant_id AND LENGTH(w.number) = 6`,
	} {
		if _, err := db.ExecContext(r.t.Context(), text, sql.Named("items", items)); err != nil {
			r.t.Fatal(err)
		}
	}
}

// sip asks for something and does not read the answer beyond its head.
func (r *rig) sip(user, path string) *http.Response {
	r.t.Helper()
	dialer := &net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		var failure error
		if err := c.Control(func(fd uintptr) {
			failure = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096)
		}); err != nil {
			return err
		}
		return failure
	}}
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableCompression: true}}
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+r.token(user))
	response, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

// Clients that ask for reports, files and logs and read none of them must not keep anybody from theirs.
func TestSlowReadersDelayNobody(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.signUpFabrikam()
	r.record(ada, "1", time.Hour)
	r.fill(12_000)
	const everything = "/api/v1/reports/time?from=2026-11-01&to=2026-12-01&group_by=work_item"
	var slow []*http.Response
	for i := range 12 {
		path := everything
		if i%2 == 0 {
			path += "&format=csv"
		}
		got := r.sip(ada, path)
		if got.StatusCode != http.StatusOK {
			t.Fatalf("slow reader %d: status %d", i, got.StatusCode)
		}
		slow = append(slow, got)
	}
	for _, path := range []string{everything, "/api/v1/timer-events?format=csv", "/api/v1/audit-events?format=csv"} {
		if got := r.do(call{as: frances, path: path}); got.status != http.StatusOK {
			t.Errorf("another tenant's %s: status %d", path, got.status)
		}
	}
	colleague := as[api.TimeReport](t, r.do(call{as: ada, path: everything}), http.StatusOK)
	// Who reads on gets the whole answer.
	text, err := io.ReadAll(slow[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	if lines, want := strings.Count(string(text), "\n"), len(colleague.Rows)+6; lines != want { // with what it is of, a head and totals
		t.Errorf("the first slow reader has got %d lines, want %d", lines, want)
	}
}

// A file that has no turn within five seconds is refused, with the time after which to ask again.
func TestFilesWaitFiveSecondsAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var spooler *spool.Spooler
		handler := instantAPI(t, func(c *httpapi.Config) { spooler = c.Spooler })
		end := make(chan struct{})
		defer close(end)
		for i := range 3 {
			go func() {
				_, _ = spooler.Make(t.Context(), spool.Owner{Tenant: ids.New[ids.Tenant](), User: ids.User{byte(i)}},
					func(io.Writer) error { <-end; return nil })
			}()
		}
		synctest.Wait()
		for _, path := range []string{
			"/api/v1/timer-events?format=csv", "/api/v1/reports/time?from=2026-11-01&to=2026-12-01",
		} {
			request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
			request.Header.Set("Authorization", "Bearer token")
			recorder, began := httptest.NewRecorder(), time.Now()
			handler.ServeHTTP(recorder, request)
			if took := time.Since(began); took != 5*time.Second {
				t.Errorf("%s waited %s", path, took)
			}
			problem(t, reply{recorder.Code, recorder.Header(), recorder.Body.String()}, http.StatusServiceUnavailable, "reports_busy")
			if retry := recorder.Header().Get("Retry-After"); retry != "5" {
				t.Errorf("Retry-After %s", retry)
			}
		}
	})
}
