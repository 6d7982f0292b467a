package marketplaceapi

import (
	"net/http"
	"testing"
	"time"

	"timetracker/internal/errs"
)

func TestClock(t *testing.T) {
	m := newMicrosoft(t)
	m.offset.Store(int64(90 * time.Minute))
	alone, err := NewClock(m.apiURL+"/api", m.http)
	must(t, err)
	for _, now := range []func() (time.Time, error){
		func() (time.Time, error) { return m.Now(t.Context()) },
		func() (time.Time, error) { return alone.Now(t.Context()) },
	} {
		shown, err := now()
		must(t, err)
		if off := shown.Sub(m.now()).Abs(); off > time.Minute || shown.Location() != time.UTC {
			t.Errorf("it shows %s", shown)
		}
	}
	if m.exchanges.Load() != 0 || m.sent.Load().Get("Authorization") != "" {
		t.Error("a token was sent")
	}

	// The status is of no interest, but there must be a date.
	m.apiInstead.Store(new(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Sun, 29 Nov 2026 04:00:00 GMT")
		w.WriteHeader(http.StatusServiceUnavailable)
	})))
	shown, err := m.Now(t.Context())
	must(t, err)
	if want := time.Date(2026, time.November, 29, 4, 0, 0, 0, time.UTC); !shown.Equal(want) {
		t.Errorf("it shows %s", shown)
	}
	// A cache that keeps the answer against our wish says how old it is.
	m.answer(http.StatusOK, "", "Date", "Sun, 29 Nov 2026 04:00:00 GMT", "Age", "3600")
	shown, err = m.Now(t.Context())
	must(t, err)
	if want := time.Date(2026, time.November, 29, 5, 0, 0, 0, time.UTC); !shown.Equal(want) {
		t.Errorf("through a cache it shows %s", shown)
	}
	m.apiInstead.Store(new(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil })))
	_, err = m.Now(t.Context())
	wantCode(t, err, errs.Unavailable, "marketplace_unavailable")
}

// TestClockBehindAProxy shows that the clock is read through a proxy that lets nothing but GET and POST through.
func TestClockBehindAProxy(t *testing.T) {
	m := newMicrosoft(t)
	m.respond(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodPost {
			panic(http.ErrAbortHandler)
		}
		w.Header().Set("Date", "Sun, 29 Nov 2026 04:00:00 GMT")
		w.WriteHeader(http.StatusNotFound)
	})
	if _, err := m.Now(t.Context()); err != nil {
		t.Error(err)
	}
}
