package httpapi_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/httpapi"
	"timetracker/internal/privacy"
)

func TestOwnPages(t *testing.T) {
	r := newRig(t)
	r.signUp()
	before := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	if before.User.CsvFormat != nil || !before.User.SingleKeys {
		t.Errorf("at first %+v", before.User)
	}
	changed := as[api.Me](t, r.change(grace, "/me", before.Etag, `{"csv_format":"semicolon","single_keys":false}`), 200)
	if changed.User.CsvFormat == nil || *changed.User.CsvFormat != api.CSVFormatSemicolon || changed.User.SingleKeys {
		t.Errorf("changed to %+v", changed.User)
	}
	again := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	if diff := cmp.Diff(changed, again); diff != "" {
		t.Errorf("read again (-answered +read):\n%s", diff)
	}
	followed := as[api.Me](t, r.change(grace, "/me", changed.Etag, `{"csv_format":null}`), 200)
	if followed.User.CsvFormat != nil || followed.User.SingleKeys {
		t.Errorf("following the browser: %+v", followed.User)
	}
	for body, want := range map[string]fault{
		`{"csv_format":"pipe"}`: {"/csv_format", "enum"}, `{"single_keys":null}`: {"/single_keys", "type"}, `{"notice_seen":0}`: {"/notice_seen", "too_small"},
	} {
		p := as[api.Problem](t, r.change(grace, "/me", followed.Etag, body), 400)
		if found := faults(p); len(found) == 0 || found[0] != want {
			t.Errorf("%s: %+v, want %+v", body, found, want)
		}
	}
}

// A person is told of a material change from 14 days before it, until they dismiss it, on whatever machine.
func TestANoticeIsAnnounced(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	r := newRig(t, func(c *httpapi.Config) {
		c.Notices = privacy.Notices{
			{Number: 1, Announced: day("2026-11-01"), Effective: day("2026-11-01"), Material: true},
			{Number: 2, Announced: day("2026-12-01"), Effective: day("2026-12-15"), Material: true},
		}
	})
	r.signUp()
	notice := func(user string) (api.PrivacyNotice, string) {
		t.Helper()
		me := as[api.Me](t, r.do(call{as: user, path: "/api/v1/me"}), 200)
		return me.PrivacyNotice, me.Etag
	}
	second := &api.NoticeVersion{Version: 2, EffectiveOn: "2026-12-15"}
	want := func(user, when string, want api.PrivacyNotice) {
		t.Helper()
		if got, _ := notice(user); !cmp.Equal(got, want) {
			t.Errorf("%s (-want +got):\n%s", when, cmp.Diff(want, got))
		}
	}
	first := api.PrivacyNotice{Version: 1, EffectiveOn: "2026-11-01"}
	want(grace, "before", first)
	_, etag := notice(grace)
	as[api.Me](t, r.change(grace, "/me", etag, `{"notice_seen":2}`), 200) // nobody dismisses what they weren't told of

	r.clock.advance(day("2026-12-01").Sub(r.clock.now()))
	told := first
	told.Next, told.Announced = second, second
	want(grace, "announced", told)
	want(ada, "to a colleague", told)
	_, etag = notice(grace)
	as[api.Me](t, r.change(grace, "/me", etag, `{"notice_seen":2}`), 200)
	dismissed := first
	dismissed.Next = second
	want(grace, "dismissed", dismissed)

	r.clock.advance(day("2026-12-15").Sub(r.clock.now()))
	want(grace, "in force", api.PrivacyNotice{Version: 2, EffectiveOn: "2026-12-15"})
	want(ada, "in force, not dismissed", api.PrivacyNotice{Version: 2, EffectiveOn: "2026-12-15", Announced: second})
	want(linus, "to whoever came later", api.PrivacyNotice{Version: 2, EffectiveOn: "2026-12-15"})
}
