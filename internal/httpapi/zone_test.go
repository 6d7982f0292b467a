package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/api"
)

func TestOwnTimeZone(t *testing.T) {
	r := newRig(t)
	r.signUp()
	got := r.do(call{as: grace, path: "/api/v1/me"})
	before := as[api.Me](t, got, 200)
	if before.User.OwnTimeZone != nil || before.User.TimeZoneChosen || before.User.UtcOffsetMinutes != 60 || got.header.Get("ETag") != before.Etag {
		t.Errorf("%+v, ETag %s", before, got.header.Get("ETag"))
	}
	problem(t, r.do(call{
		as: grace, method: "PATCH", path: "/api/v1/me", body: `{"time_zone":"Asia/Tokyo"}`, headers: map[string]string{"Content-Type": "application/merge-patch+json"},
	}), 428, "precondition_required")
	answer := r.change(grace, "/me", before.Etag, `{"time_zone":"Asia/Kathmandu"}`)
	changed := as[api.Me](t, answer, 200)
	own := "Asia/Kathmandu"
	want := before
	want.User.TimeZone, want.User.OwnTimeZone, want.User.UtcOffsetMinutes, want.User.TimeZoneChosen, want.Etag = own, &own, 345, true, changed.Etag
	if diff := cmp.Diff(want, changed); diff != "" || changed.Etag == before.Etag || answer.header.Get("ETag") != changed.Etag {
		t.Errorf("etag %s (-want +got):\n%s", changed.Etag, diff)
	}
	if diff := cmp.Diff(changed, as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)); diff != "" {
		t.Errorf("read again (-answered +read):\n%s", diff)
	}
	problem(t, r.change(grace, "/me", before.Etag, `{"time_zone":"UTC"}`), 412, "stale")
	colleagues := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
	problem(t, r.change(grace, "/me", colleagues.Etag, `{"time_zone":"UTC"}`), 412, "stale")
	if colleagues.User.TimeZone != "Europe/Berlin" || colleagues.Tenant.Settings.TimeZone != "Europe/Berlin" {
		t.Errorf("somebody else has %+v", colleagues)
	}

	for body, want := range map[string]fault{
		`{}`:                     {"", "empty"},
		`{"time_zone":""}`:       {"/time_zone", "too_short"},
		`{"time_zone":540}`:      {"/time_zone", "type"},
		`{"name":"Grace"}`:       {"/name", "unknown"},
		`{"own_time_zone":null}`: {"/own_time_zone", "unknown"},
	} {
		p := as[api.Problem](t, r.change(grace, "/me", changed.Etag, body), 400)
		if found := faults(p); len(found) == 0 || found[0] != want {
			t.Errorf("%s: %+v, want %+v", body, found, want)
		}
	}
	for _, name := range []string{"Factory", "Etc/Unknown", "posixrules", "Mars/Olympus"} {
		p := problem(t, r.change(grace, "/me", changed.Etag, `{"time_zone":"`+name+`"}`), 422, "time_zone_unknown")
		if diff := cmp.Diff([]fault{{"/time_zone", "unknown"}}, faults(p)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	followed := as[api.Me](t, r.change(grace, "/me", changed.Etag, `{"time_zone":null}`), 200)
	if followed.User.OwnTimeZone != nil || followed.User.TimeZone != "Europe/Berlin" || !followed.User.TimeZoneChosen {
		t.Errorf("following the tenant's: %+v", followed.User)
	}
	event := as[api.AuditEventPage](t, r.do(call{as: ada, path: "/api/v1/audit-events"}), 200).Data[0]
	if event.Action != api.TimeZoneChanged || *event.Actor.Id != before.User.Id || event.Actor.Kind != api.AuditActorKindUser ||
		event.Target.Id != before.User.Id {
		t.Errorf("audited %+v", event)
	}
}

// What the server cuts follows the caller's own zone at once, and a report's own zone outranks it.
func TestDaysAreCutInTheCallersZone(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	r.clock.advance(time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC).Sub(r.clock.now())) // 23:30 in Tokyo
	r.record(grace, "101", time.Hour)
	cut := func() (days []string, today int64, zone string) {
		report := as[api.TimeReport](t, r.do(call{as: grace, path: "/api/v1/reports/time" + someDays + "&group_by=day"}), 200)
		for _, row := range report.Rows {
			days = append(days, fmt.Sprintf("%s: %d", *row.Day, row.ElapsedMs/60_000))
		}
		sums := as[api.WorkItemTime](t, r.do(call{as: grace, path: "/api/v1/work-items/time?project=Payments&id=101"}), 200)
		return days, sums.OwnTodayMs / 60_000, report.TimeZone
	}
	days, today, zone := cut()
	if diff := cmp.Diff([]string{"2026-11-20: 60"}, days); diff != "" || today != 60 || zone != "Europe/Berlin" {
		t.Errorf("in the tenant's zone %s: today %d (-want +got):\n%s", zone, today, diff)
	}
	me := as[api.Me](t, r.do(call{as: grace, path: "/api/v1/me"}), 200)
	as[api.Me](t, r.change(grace, "/me", me.Etag, `{"time_zone":"Asia/Tokyo"}`), 200)
	days, today, zone = cut()
	if diff := cmp.Diff([]string{"2026-11-20: 30", "2026-11-21: 30"}, days); diff != "" || today != 30 || zone != "Asia/Tokyo" {
		t.Errorf("in her own zone %s: today %d (-want +got):\n%s", zone, today, diff)
	}
	file := r.do(call{as: grace, path: "/api/v1/reports/time" + someDays + "&group_by=day&format=csv"}).body
	if !strings.Contains(file, "time_zone,Asia/Tokyo,") || !strings.Contains(file, "2026-11-21,") {
		t.Errorf("the file is %s", file)
	}
	asked := as[api.TimeReport](t, r.do(call{as: grace, path: "/api/v1/reports/time" + someDays + "&group_by=day&time_zone=UTC"}), 200)
	if len(asked.Rows) != 1 || asked.TimeZone != "UTC" {
		t.Errorf("in the zone that the report asks for: %+v", asked)
	}
	if others := as[api.TimeReport](t, r.do(call{as: ada, path: "/api/v1/reports/time" + someDays}), 200); others.TimeZone != "Europe/Berlin" {
		t.Errorf("somebody else's report is cut in %s", others.TimeZone)
	}
}
