package httpapi_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"timetracker/api"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/pdf"
	"timetracker/internal/plan"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
	"timetracker/internal/workitem"
)

// thing is something that a route names by its id.
type thing struct{ id, etag string }

// relation says whose thing it is, as seen by the caller.
type relation string

const (
	own     relation = "own"
	others  relation = "other's"
	foreign relation = "foreign" // of another tenant
	random  relation = "random"  // of nobody
)

// access is a row of the table: what an operation demands of its caller.
type access struct {
	operation string // of openapi.yaml; further rows of the same operation have what is in brackets as well
	role      api.Role
	writes    bool // refused in a tenant that is not active
	ok        int

	// These are for routes with an id. things makes a thing of a person's. Everybody but admins sees only their own.
	// missing is the code for a thing that the caller can't see. ownCode is the code for the caller's own thing, when
	// that is not ok.
	things  func(w *offices, of string) thing
	missing string
	ownCode string
	private bool     // not even admins see somebody else's
	seenBy  api.Role // who sees somebody else's; empty: admins
	retired string   // the code for who was deactivated; empty: user_deactivated

	call func(w *offices, who string, t thing) call
}

func get(path string) func(*offices, string, thing) call {
	return func(*offices, string, thing) call { return call{path: "/api/v1" + path} }
}

func post(path, body string) func(*offices, string, thing) call {
	return func(*offices, string, thing) call { return call{method: "POST", path: "/api/v1" + path, body: body} }
}

// on calls a route with an id.
func on(method, path, body string) func(*offices, string, thing) call {
	return func(_ *offices, _ string, t thing) call {
		headers := map[string]string{"If-Match": t.etag}
		if method == "PATCH" {
			headers["Content-Type"] = "application/merge-patch+json"
		}
		return call{method: method, path: "/api/v1" + fmt.Sprintf(path, t.id), body: body, headers: headers}
	}
}

// allowed is in the place of a code where nothing is refused.
const allowed = "allowed"

const someDays = "?from=2026-11-01&to=2026-12-01"

// accesses is what every operation demands of its caller. An operation that is missing here fails the test.
var accesses = []access{
	{operation: "getMe", role: api.RoleUser, ok: 200, call: get("/me")},
	{operation: "changeMe", role: api.RoleUser, writes: true, ok: 200, call: func(w *offices, who string, _ thing) call {
		return call{method: "PATCH", path: "/api/v1/me", body: `{"time_zone":"Asia/Tokyo"}`, headers: merging(w.user(who).etag)}
	}},
	{operation: "exportMe", role: api.RoleUser, ok: 200, retired: allowed, call: get("/me/export")},
	{operation: "getLogo", role: api.RoleUser, ok: 200, call: get("/tenant/logo")},
	{operation: "getTenant", role: api.RoleUser, ok: 200, call: get("/tenant")},
	{operation: "changeTenant", role: api.RoleSuperAdmin, writes: true, ok: 200, call: func(w *offices, _ string, _ thing) call {
		now := as[api.TenantDetails](w.t, w.do(call{as: ada, path: "/api/v1/tenant"}), 200)
		return call{method: "PATCH", path: "/api/v1/tenant", body: `{"edit_window_days":14}`, headers: merging(now.Etag)}
	}},

	{operation: "listUsers", role: api.RoleAdmin, ok: 200, call: get("/users")},
	{operation: "inviteUsers", role: api.RoleAdmin, writes: true, ok: 201, call: func(*offices, string, thing) call {
		return call{method: "POST", path: "/api/v1/users", body: `{"people":[{"email":"` + uuid.NewString() + `@contoso.example"}]}`}
	}},
	{
		operation: "getUser", role: api.RoleUser, ok: 200, call: on("GET", "/users/%s", ""),
		things: (*offices).user, missing: "user_not_found",
	},
	{
		operation: "changeUser (status)", role: api.RoleAdmin, writes: true, ok: 200, call: on("PATCH", "/users/%s", `{"status":"active"}`),
		things: (*offices).user, missing: "user_not_found",
	},
	{
		operation: "changeUser (role)", role: api.RoleSuperAdmin, writes: true, ok: 200, call: func(w *offices, who string, t thing) call {
			role := `{"role":"user"}`
			if t.id == w.ids[who] {
				role = `{"role":"super_admin"}`
			}
			return on("PATCH", "/users/%s", role)(w, who, t)
		},
		things: (*offices).user, missing: "user_not_found",
	},
	{
		operation: "withdrawUser", role: api.RoleAdmin, writes: true, ok: 204, call: on("DELETE", "/users/%s", ""),
		things: (*offices).invitation, missing: "user_not_found", ownCode: "has_signed_in",
	},
	{
		operation: "renewInvitation", role: api.RoleAdmin, writes: true, ok: 200, call: on("POST", "/users/%s/invitation", ""),
		things: (*offices).invitation, missing: "user_not_found", ownCode: "has_signed_in",
	},
	{operation: "searchDirectory", role: api.RoleAdmin, ok: 200, call: get("/directory-people?search=ada")},

	{operation: "listActions", role: api.RoleAdmin, ok: 200, call: get("/actions")},
	{operation: "listActions (CSV)", role: api.RoleAdmin, ok: 200, call: get("/actions?format=csv")},
	{operation: "recordAction", role: api.RoleUser, writes: true, ok: 201, call: post("/actions", `{"type":"report_opened","page":"hub"}`)},
	{operation: "listAuditEvents", role: api.RoleAdmin, ok: 200, call: get("/audit-events")},
	{operation: "listAuditEvents (CSV)", role: api.RoleAdmin, ok: 200, call: get("/audit-events?format=csv")},
	{operation: "listTimerEvents", role: api.RoleUser, ok: 200, call: get("/timer-events")},
	{operation: "listTimerEvents (everybody's)", role: api.RoleAdmin, ok: 200, call: get("/timer-events?scope=tenant")},
	{operation: "listTimerEvents (everybody's, CSV)", role: api.RoleAdmin, ok: 200, call: get("/timer-events?scope=tenant&format=csv")},

	{operation: "startTimer", role: api.RoleUser, writes: true, ok: 201, call: func(w *offices, _ string, _ thing) call {
		return call{method: "POST", path: "/api/v1/timers", body: item(w.number())}
	}},
	{operation: "listTimers", role: api.RoleAdmin, ok: 200, call: get("/timers")},
	{operation: "getCurrentTimer", role: api.RoleUser, ok: 200, call: get("/timers/current")},
	{operation: "discardCurrentTimer", role: api.RoleUser, writes: true, ok: 200, call: func(w *offices, who string, _ thing) call {
		return call{method: "DELETE", path: "/api/v1/timers/current", headers: map[string]string{"If-Match": w.timer(who).etag}}
	}},
	{operation: "stopTimer", role: api.RoleUser, ok: 200, call: func(w *offices, who string, _ thing) call {
		w.timer(who)
		return call{method: "POST", path: "/api/v1/timers/current/stop"}
	}},
	{
		operation: "stopTimerOf", role: api.RoleAdmin, ok: 200, call: on("POST", "/timers/%s/stop", ""),
		things: (*offices).timer, missing: "time_entry_not_found",
	},
	{operation: "changeCurrentTimer", role: api.RoleUser, writes: true, ok: 200, call: func(w *offices, who string, _ thing) call {
		w.clock.advance(time.Minute) // so that nothing is in the way
		running := w.timer(who)
		w.clock.advance(time.Minute)
		return call{
			method: "PATCH", path: "/api/v1/timers/current", body: `{"started_at":"` + instant(w.clock.now()) + `"}`,
			headers: merging(running.etag),
		}
	}},
	{
		operation: "resumeTimer", role: api.RoleUser, writes: true, ok: 200, call: on("POST", "/timers/%s/resume", ""),
		things: (*offices).entry, missing: "time_entry_not_found",
	},

	{operation: "addTimeEntry", role: api.RoleUser, writes: true, ok: 201, call: func(w *offices, _ string, _ thing) call {
		w.clock.advance(time.Minute) // so that nothing is in the way
		stopped := w.clock.now().AddDate(0, 0, -7)
		body := strings.TrimSuffix(item(w.number()), "}") +
			`,"started_at":"` + instant(stopped.Add(-time.Minute)) + `","stopped_at":"` + instant(stopped) + `"}`
		return call{method: "POST", path: "/api/v1/time-entries", body: body}
	}},
	{operation: "listTimeEntries", role: api.RoleUser, ok: 200, call: get("/time-entries")},
	{operation: "listTimeEntries (everybody's)", role: api.RoleAdmin, ok: 200, call: get("/time-entries?scope=tenant")},
	{
		operation: "getTimeEntry", role: api.RoleUser, ok: 200, call: on("GET", "/time-entries/%s", ""),
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "changeTimeEntry", role: api.RoleUser, writes: true, ok: 200,
		call: func(w *offices, who string, t thing) call {
			earlier := instant(w.clock.now().Add(-90 * time.Second)) // it began a minute ago
			return on("PATCH", "/time-entries/%s", `{"started_at":"`+earlier+`","reason":"Forgot"}`)(w, who, t)
		},
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "voidTimeEntry", role: api.RoleUser, writes: true, ok: 200, call: on("DELETE", "/time-entries/%s?reason=Twice", ""),
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "undoTimeEntry", role: api.RoleUser, writes: true, ok: 200, call: on("POST", "/time-entries/%s/undo", `{"reason":"Not twice"}`),
		things: (*offices).voided, missing: "time_entry_not_found",
	},
	{
		operation: "splitTimeEntry", role: api.RoleUser, writes: true, ok: 200,
		call: func(w *offices, who string, t thing) call {
			half := instant(w.clock.now().Add(-30 * time.Second)) // it began a minute ago
			return on("POST", "/time-entries/%s/split", `{"at":"`+half+`","reason":"Two things"}`)(w, who, t)
		},
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "copyTimeEntry", role: api.RoleUser, writes: true, ok: 201,
		call: func(w *offices, who string, t thing) call {
			w.clock.advance(time.Minute)
			return on("POST", "/time-entries/%s/copies", `{"started_at":"`+instant(w.clock.now().Add(-time.Minute))+`","reason":"Twice"}`)(w, who, t)
		},
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "mergeTimeEntries", role: api.RoleUser, writes: true, ok: 200,
		call: func(w *offices, who string, _ thing) call {
			return call{method: "POST", path: "/api/v1/time-entries/merge", body: `{"entries":[` + w.neighbours(who) + `]}`}
		},
	},
	{
		operation: "changeTimeEntries", role: api.RoleUser, writes: true, ok: 200,
		call: func(w *offices, who string, _ thing) call {
			body := `{"entries":[` + seen(w.entry(who)) + `],"change":{"void":true}}`
			return call{method: "POST", path: "/api/v1/time-entries/bulk", body: body}
		},
	},
	{
		operation: "getTimeEntryHistory", role: api.RoleUser, ok: 200, call: on("GET", "/time-entries/%s/history", ""),
		things: (*offices).entry, missing: "time_entry_not_found",
	},
	{
		operation: "getTimeEntryLastChange", role: api.RoleUser, ok: 200, call: on("GET", "/time-entries/%s/last-change", ""),
		things: (*offices).entry, missing: "time_entry_not_found", private: true,
	},
	{operation: "getWorkItemTime", role: api.RoleUser, ok: 200, call: get("/work-items/time?project=Payments&id=101")},
	{operation: "listWriteBacks", role: api.RoleUser, ok: 200, call: get("/write-backs")},
	{operation: "attemptWriteBacks", role: api.RoleUser, writes: true, ok: 200, call: post("/write-backs/attempts", "")},
	{
		operation: "leaveOutWriteBack", role: api.RoleUser, writes: true, ok: 204, call: on("DELETE", "/write-backs/%s", ""),
		things: (*offices).writeBack, missing: "write_back_not_found", private: true,
	},
	{operation: "listWorkItems", role: api.RoleUser, ok: 200, call: get("/work-items?uid=0193a5b0-1234-7abc-8def-00000000000a")},
	{operation: "listRecentWorkItems", role: api.RoleUser, ok: 200, call: get("/work-items/recent")},
	{operation: "searchWorkItems", role: api.RoleUser, ok: 200, call: get("/work-items/search?q=canary")},
	{operation: "pinWorkItem", role: api.RoleUser, writes: true, ok: 201, call: post("/work-items/pins", item("1"))},
	{
		operation: "unpinWorkItem", role: api.RoleUser, writes: true, ok: 204, call: on("DELETE", "/work-items/pins/%s", ""),
		things: (*offices).pin, missing: "pin_not_found", private: true,
	},
	{operation: "listCompletedWork", role: api.RoleAdmin, ok: 200, call: get("/completed-work")},
	{ // the tenants don't write back
		operation: "correctCompletedWork", role: api.RoleAdmin, writes: true, ok: 409, call: on("POST", "/completed-work/%s/correction", ""),
		things: (*offices).workItem, missing: "work_item_not_found",
	},
	{operation: "listImports", role: api.RoleAdmin, ok: 200, call: get("/imports")},
	{operation: "beginImport", role: api.RoleAdmin, writes: true, ok: 201, call: func(w *offices, who string, t thing) call {
		w.discardImports(who)
		return post("/imports", `{"file_name":"time.csv"}`)(w, who, t)
	}},
	{
		operation: "getImport", role: api.RoleAdmin, ok: 200, call: on("GET", "/imports/%s", ""),
		things: (*offices).sentImport, missing: "import_not_found",
	},
	{
		operation: "listImportRows", role: api.RoleAdmin, ok: 200, call: on("GET", "/imports/%s/rows", ""),
		things: (*offices).checkedImport, missing: "import_not_found",
	},
	{
		operation: "putImportPart", role: api.RoleAdmin, writes: true, ok: 204,
		call:   on("PUT", "/imports/%s/parts/2", `{"text":"x"}`),
		things: (*offices).sentImport, missing: "import_not_found",
	},
	{
		operation: "checkImport", role: api.RoleAdmin, writes: true, ok: 200, call: on("POST", "/imports/%s/check", `{"parts":1}`),
		things: (*offices).sentImport, missing: "import_not_found",
	},
	{
		operation: "runImport", role: api.RoleAdmin, writes: true, ok: 200, call: on("POST", "/imports/%s/run", ""),
		things: (*offices).checkedImport, missing: "import_not_found",
	},
	{
		operation: "stopImport", role: api.RoleAdmin, writes: true, ok: 200, call: on("POST", "/imports/%s/stop", ""),
		things: (*offices).runningImport, missing: "import_not_found",
	},
	{
		operation: "undoImport", role: api.RoleAdmin, writes: true, ok: 200, call: on("POST", "/imports/%s/undo", ""),
		things: (*offices).runImport, missing: "import_not_found",
	},
	{
		operation: "discardImport", role: api.RoleAdmin, writes: true, ok: 204, call: on("DELETE", "/imports/%s", ""),
		things: (*offices).sentImport, missing: "import_not_found",
	},
	{operation: "listProjects", role: api.RoleUser, ok: 200, call: get("/projects")},
	{operation: "listSavedReports", role: api.RoleUser, ok: 200, call: get("/saved-reports")},
	{operation: "saveReport", role: api.RoleUser, writes: true, ok: 201, call: post("/saved-reports", `{"name":"Mine","definition":{"by":"day"}}`)},
	{operation: "saveReport (shared)", role: api.RoleAdmin, writes: true, ok: 201, call: post("/saved-reports", `{"name":"Ours","shared":true,"definition":{}}`)},
	{
		operation: "changeSavedReport", role: api.RoleUser, writes: true, ok: 200, call: on("PATCH", "/saved-reports/%s", `{"name":"Other"}`),
		things: (*offices).savedReport, missing: "saved_report_not_found", private: true,
	},
	{
		operation: "deleteSavedReport", role: api.RoleUser, writes: true, ok: 204, call: on("DELETE", "/saved-reports/%s", ""),
		things: (*offices).savedReport, missing: "saved_report_not_found", private: true,
	},
	{operation: "listAccessRecords", role: api.RoleUser, ok: 200, retired: allowed, call: get("/me/access-records")},
	{operation: "listHeldData", role: api.RoleUser, ok: 200, retired: allowed, call: get("/me/held-data")},
	{operation: "getMyPrivacy", role: api.RoleUser, ok: 200, retired: allowed, call: get("/me/privacy")},
	{operation: "changeMyPrivacy", role: api.RoleUser, ok: 200, retired: allowed, call: func(w *offices, who string, _ thing) call {
		now := as[api.PrivacyChoices](w.t, w.do(call{as: who, path: "/api/v1/me/privacy"}), 200)
		return call{method: "PATCH", path: "/api/v1/me/privacy", body: `{"objections":["action_log"]}`, headers: merging(now.Etag)}
	}},
	{operation: "listPrivacyRequests", role: api.RoleUser, ok: 200, retired: allowed, call: get("/privacy-requests")},
	{operation: "listPrivacyRequests (the tenant's)", role: api.RoleSuperAdmin, ok: 200, retired: "role_required", call: get("/privacy-requests?scope=tenant")},
	{operation: "askPrivacy", role: api.RoleUser, ok: 201, retired: allowed, call: func(w *offices, who string, _ thing) call {
		w.closePrivacyRequests(who)
		return call{method: "POST", path: "/api/v1/privacy-requests", body: `{"kind":"objection","note":"No."}`}
	}},
	{
		operation: "getPrivacyRequest", role: api.RoleUser, ok: 200, retired: allowed, call: on("GET", "/privacy-requests/%s", ""),
		things: (*offices).privacyRequest, missing: "privacy_request_not_found", seenBy: api.RoleSuperAdmin,
	},
	{
		operation: "withdrawPrivacyRequest", role: api.RoleUser, ok: 200, retired: allowed, call: on("POST", "/privacy-requests/%s/withdrawal", ""),
		things: (*offices).privacyRequest, missing: "privacy_request_not_found", private: true,
	},
	{
		operation: "decidePrivacyRequest", role: api.RoleSuperAdmin, ok: 200,
		call:   on("POST", "/privacy-requests/%s/decision", `{"grant":true,"reason":"Yes."}`),
		things: (*offices).privacyRequest, missing: "privacy_request_not_found", ownCode: "own_request",
	},
	{
		operation: "completePrivacyRequest", role: api.RoleSuperAdmin, ok: 200,
		call:   on("POST", "/privacy-requests/%s/completion", `{"outcome":"It is over."}`),
		things: (*offices).restriction, missing: "privacy_request_not_found", ownCode: "own_request",
	},
	{
		operation: "getPrivacyConfirmation", role: api.RoleUser, ok: 200, retired: allowed, call: on("GET", "/privacy-requests/%s/confirmation", ""),
		things: (*offices).decidedPrivacyRequest, missing: "privacy_request_not_found", seenBy: api.RoleSuperAdmin,
	},
	{operation: "listActivities", role: api.RoleUser, ok: 200, call: get("/activities")},
	{operation: "addActivity", role: api.RoleAdmin, writes: true, ok: 201, call: func(w *offices, who string, t thing) call {
		w.activities++
		return post("/activities", fmt.Sprintf(`{"name":"Activity %d","billable":true}`, w.activities))(w, who, t)
	}},
	{
		operation: "changeActivity", role: api.RoleAdmin, writes: true, ok: 200,
		call:   on("PATCH", "/activities/%s", `{"billable":false}`),
		things: (*offices).activity, missing: "activity_not_found",
	},
	{
		operation: "archiveActivity", role: api.RoleAdmin, writes: true, ok: 200, call: on("DELETE", "/activities/%s", ""),
		things: (*offices).activity, missing: "activity_not_found",
	},
	{
		operation: "changeProject", role: api.RoleAdmin, writes: true, ok: 200, call: on("PATCH", "/projects/%s", `{"name":"PAYMENTS"}`),
		things: (*offices).project, missing: "project_not_found",
	},
	{
		operation: "mergeProject", role: api.RoleAdmin, writes: true, ok: 200, call: func(w *offices, who string, t thing) call {
			return on("POST", "/projects/%s/merge", `{"into":"`+w.newProject(who)+`"}`)(w, who, t)
		},
		things: (*offices).unmerged, missing: "project_not_found",
	},
	{
		operation: "unmergeProject", role: api.RoleAdmin, writes: true, ok: 200, call: on("DELETE", "/projects/%s/merge", ""),
		things: (*offices).merged, missing: "project_not_found",
	},
	{operation: "reportEntries", role: api.RoleUser, ok: 200, call: get("/reports/entries" + someDays)},
	{operation: "reportEntries (somebody else's)", role: api.RoleAdmin, ok: 200, call: func(w *offices, _ string, _ thing) call {
		return call{path: "/api/v1/reports/entries" + someDays + "&user_id=" + w.ids[margaret]}
	}},
	{operation: "listTimesheets", role: api.RoleUser, ok: 200, call: get("/timesheets?first_day=2026-11-16")},
	{operation: "listPendingTimesheets", role: api.RoleUser, ok: 200, call: get("/timesheets/pending")},
	{operation: "listPendingTimesheets (everybody's)", role: api.RoleAdmin, ok: 200, call: get("/timesheets/pending?scope=tenant")},
	{operation: "listTimesheetEntries", role: api.RoleUser, ok: 200, call: func(w *offices, who string, _ thing) call {
		return entriesOf(w.submitted(who))
	}},
	{operation: "submitTimesheet", role: api.RoleUser, writes: true, ok: 200, call: post("/timesheets/submissions", `{"first_day":"2001-01-01"}`)},
	{operation: "withdrawTimesheet", role: api.RoleUser, writes: true, ok: 200, call: func(w *offices, who string, _ thing) call {
		return call{method: "POST", path: "/api/v1/timesheets/withdrawals", body: `{"first_day":"` + w.submitted(who).FirstDay + `"}`}
	}},
	{operation: "decideTimesheet", role: api.RoleAdmin, writes: true, ok: 200, call: func(w *offices, _ string, _ thing) call {
		week := w.submitted(margaret)
		return call{method: "POST", path: "/api/v1/timesheets/decisions", body: fmt.Sprintf(
			`{"user_id":%q,"first_day":%q,"decision":"approve","etag":%q}`, week.User.Id, week.FirstDay, *week.Etag)}
	}},
	{operation: "listAdjustments", role: api.RoleUser, ok: 200, call: get("/adjustments")},
	{operation: "adjust", role: api.RoleAdmin, writes: true, ok: 201, call: func(w *offices, _ string, _ thing) call {
		return w.adjusting(margaret)
	}},
	{
		operation: "reverseAdjustment", role: api.RoleAdmin, writes: true, ok: 201, call: on("POST", "/adjustments/%s/reversal", `{"reason":"Not so"}`),
		things: (*offices).adjustment, missing: "adjustment_not_found", ownCode: "not_the_approver",
	},
	{
		operation: "settleTimeEntry", role: api.RoleUser, writes: true, ok: 201,
		call:   on("POST", "/time-entries/%s/settlement", `{"ms":60000,"reason":"Was there"}`),
		things: (*offices).closedEntry, missing: "time_entry_not_found",
	},
	{operation: "getTargets", role: api.RoleUser, ok: 200, call: get("/targets")},
	{operation: "setTarget", role: api.RoleAdmin, writes: true, ok: 200, call: func(w *offices, _ string, _ thing) call {
		now := as[api.Targets](w.t, w.do(call{as: ada, path: "/api/v1/targets"}), 200)
		return call{
			method: "PUT", path: "/api/v1/targets", headers: map[string]string{"If-Match": now.Etag},
			body: `{"from":"2030-01-07","minutes":{"monday":480,"tuesday":480,"wednesday":480,"thursday":480,"friday":480,"saturday":0,"sunday":0}}`,
		}
	}},
	{operation: "listReminders", role: api.RoleUser, ok: 200, call: get("/reminders")},
	{operation: "remind", role: api.RoleAdmin, writes: true, ok: 200, call: post("/reminders", `{"first_day":"2026-11-16"}`)},
	{
		operation: "dismissReminder", role: api.RoleUser, writes: true, ok: 204, call: on("DELETE", "/reminders/%s", ""),
		things: (*offices).reminder, missing: "reminder_not_found", private: true,
	},
	{operation: "reportTime", role: api.RoleUser, ok: 200, call: get("/reports/time" + someDays)},
	{operation: "reportTime (somebody else's)", role: api.RoleAdmin, ok: 200, call: func(w *offices, _ string, _ thing) call {
		return call{path: "/api/v1/reports/time" + someDays + "&user_id=" + w.ids[margaret]}
	}},

	{operation: "getSubscription", role: api.RoleAdmin, ok: 200, call: get("/marketplace/subscription")},
	{operation: "listBillingRecords", role: api.RoleSuperAdmin, ok: 200, call: get("/billing-records")},
	{operation: "listBillingRecords (CSV)", role: api.RoleSuperAdmin, ok: 200, call: get("/billing-records?format=csv")},
	{
		operation: "getBillingRecord", role: api.RoleSuperAdmin, ok: 200, call: on("GET", "/billing-records/%s", ""),
		things: (*offices).billingRecord, missing: "billing_record_not_found",
	},
	{
		operation: "getBillingRecord (CSV)", role: api.RoleSuperAdmin, ok: 200, call: on("GET", "/billing-records/%s?format=csv", ""),
		things: (*offices).billingRecord, missing: "billing_record_not_found",
	},
	{operation: "exportTenant", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/export")},
	{operation: "getTenantDeletion", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/deletion")},
	{operation: "askTenantDeletion", role: api.RoleSuperAdmin, ok: 200, call: func(w *offices, who string, t thing) call {
		w.deletion(who, "")
		return post("/tenant/deletion", `{"slug":"contoso"}`)(w, who, t)
	}},
	{operation: "confirmTenantDeletion", role: api.RoleSuperAdmin, ok: 200, call: func(w *offices, who string, t thing) call {
		w.deletion(who, margaret)
		return post("/tenant/deletion/confirmation", "")(w, who, t)
	}},
	{operation: "stopTenantDeletion", role: api.RoleSuperAdmin, ok: 200, call: func(w *offices, who string, _ thing) call {
		w.deletion(who, margaret)
		return call{method: "DELETE", path: "/api/v1/tenant/deletion"}
	}},
	{operation: "exportProof", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/proof")},
	{operation: "getProofStatus", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/proof/status")},
	{operation: "verifyProof", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/proof/verification")},
	{operation: "getRetention", role: api.RoleSuperAdmin, ok: 200, call: get("/tenant/retention")},
	{operation: "previewBilling", role: api.RoleSuperAdmin, ok: 200, call: get("/billing-preview")},
	{
		operation: "getStatement", role: api.RoleSuperAdmin, ok: 200, call: onStatement(""),
		things: (*offices).statement, missing: "statement_not_found",
	},
	{
		operation: "getStatement (PDF)", role: api.RoleSuperAdmin, ok: 200, call: onStatement("?format=pdf"),
		things: (*offices).statement, missing: "statement_not_found",
	},
}

// onStatement calls a statement's route. A text that is no statement's number becomes one that nobody has.
func onStatement(query string) func(*offices, string, thing) call {
	return func(_ *offices, _ string, t thing) call {
		number := t.id
		if !strings.HasPrefix(number, "TT-") {
			number = "TT-2026-999999"
		}
		return call{path: "/api/v1/statements/" + number + query}
	}
}

// beforeSignIn are the operations for people who are no users yet, with their answers to users.
var beforeSignIn = map[string]struct {
	call          call
	user, retired string // codes for an active and for a deactivated person
}{
	"signUp": {
		call{method: "POST", path: "/api/v1/tenants", body: `{"name":"C","slug":"again","azure_devops_organization":"c","admin_email":"c@c.example"}`},
		"directory_taken", "directory_taken",
	},
	"requestToJoin":    {call{method: "POST", path: "/api/v1/join-requests"}, "already_member", "user_deactivated"},
	"resolveLanding":   {land("", "landings", "old"), "marketplace_token_invalid", "marketplace_token_invalid"},
	"takeSubscription": {land("", "subscriptions", "old"), "marketplace_token_invalid", "marketplace_token_invalid"},
}

// statusOf is the status of the answer with each code.
var statusOf = map[string]int{
	"privacy_request_not_found": 404, "own_request": 422,
	"token_missing": 401, "token_invalid": 401, "role_required": 403, "user_deactivated": 403, "user_not_found": 404,
	"time_entry_not_found": 404, "has_signed_in": 409, "directory_taken": 409, "already_member": 409, "trial_expired": 402,
	"project_not_found": 404, "write_back_not_found": 404, "billing_record_not_found": 404, "statement_not_found": 404, "marketplace_token_invalid": 422,
	"pin_not_found": 404, "reminder_not_found": 404, "adjustment_not_found": 404, "not_the_approver": 403, "work_item_not_found": 404, "activity_not_found": 404, "saved_report_not_found": 404, "import_not_found": 404,
}

// offices are two tenants without limits, each with people of all roles.
type offices struct {
	*rig
	contoso, fabrikam string
	ids               map[string]string // of users, by who
	unpin             []call            // takes the last pins away
	items             int
	activities        int
	months            int // that were billed
}

// callers are Contoso's people by role. margaret is there to be read.
var callers = map[api.Role]string{api.RoleUser: linus, api.RoleAdmin: grace, api.RoleSuperAdmin: ada}

func newOffices(t *testing.T, options ...option) *offices {
	t.Helper()
	unlimited := httpapi.Rate{PerSecond: 1e6, Burst: 1e6}
	w := &offices{ids: make(map[string]string)}
	w.rig = newRig(t, append([]option{func(c *httpapi.Config) {
		c.Directory = &directory{}
		c.Limits = httpapi.Limits{User: unlimited, Tenant: unlimited, Failures: unlimited}
	}}, options...)...)
	a, b := w.signUp(), w.signUpFabrikam()
	w.contoso, w.fabrikam = a.Tenant.Id, b.Tenant.Id
	w.ids[ada], w.ids[frances] = a.User.Id, b.User.Id
	w.take(ada, team(100))
	w.take(frances, team(100))
	for _, id := range []string{w.contoso, w.fabrikam} {
		w.setTenant(id, func(t *tenant.Tenant) { t.Plan = plan.Internal })
	}
	w.ids[grace] = w.join(grace, ada, api.RoleAdmin).Id
	for _, user := range []string{linus, margaret, joan} {
		w.ids[user] = w.join(user, ada, api.RoleUser).Id
	}
	w.ids[barbara] = w.join(barbara, frances, api.RoleUser).Id
	w.boards.Answer("contoso", workitem.Facts{Number: "1", Revision: 1, Project: workitem.Named{Name: "Payments"}, Title: "First", Type: "Task"})
	return w
}

// adminOf is the person who may do everything in the tenant of the given one.
func adminOf(user string) string {
	if strings.HasSuffix(user, "@fabrikam.example") {
		return frances
	}
	return ada
}

func (w *offices) number() string {
	w.items++
	return fmt.Sprint(1000 + w.items)
}

func (w *offices) user(of string) thing {
	now := as[api.TenantUser](w.t, w.do(call{as: adminOf(of), path: "/api/v1/users/" + w.ids[of]}), 200)
	return thing{now.Id, now.Etag}
}

// invitation is an invitation that a person has made. A caller without one stands for themselves.
func (w *offices) invitation(of string) thing {
	if _, calls := w.roleOf(of); calls {
		return w.user(of)
	}
	invited := w.invite(adminOf(of), uuid.NewString()+"@contoso.example")
	return thing{invited.Id, invited.Etag}
}

func (w *offices) roleOf(user string) (api.Role, bool) {
	for role, caller := range callers {
		if caller == user {
			return role, true
		}
	}
	return "", false
}

func (w *offices) timer(of string) thing {
	running := w.start(of, w.number()).Timer
	return thing{running.Id, running.Etag}
}

// pin is a work item that the person has pinned.
func (w *offices) pin(of string) thing {
	pin := call{as: of, method: "POST", path: "/api/v1/work-items/pins", body: item(w.number())}
	pinned := as[api.RecentWorkItem](w.t, w.do(pin), 201)
	w.unpin = append(w.unpin, call{as: of, method: "DELETE", path: "/api/v1/work-items/pins/" + *pinned.WorkItem.Uid})
	if len(w.unpin) > 20 { // one more would be too many some day
		w.do(w.unpin[0])
		w.unpin = w.unpin[1:]
	}
	return thing{id: *pinned.WorkItem.Uid}
}

// submitted is a week of the person's that waits for a decision.
func (w *offices) submitted(of string) api.Timesheet {
	w.items++
	first := calendar.Day{Year: 2002, Month: time.January, Date: 7}.AddDays(7 * w.items)
	return as[api.Timesheet](w.t, w.do(call{
		as: of, method: "POST", path: "/api/v1/timesheets/submissions", body: `{"first_day":"` + first.String() + `"}`,
	}), 200)
}

// entriesOf reads what a week is made of.
func entriesOf(week api.Timesheet) call {
	return call{path: "/api/v1/timesheets/entries?user_id=" + week.User.Id + "&first_day=" + week.FirstDay}
}

// closedEntry is time of the person's that was closed while it waited for a review.
func (w *offices) closedEntry(of string) thing {
	entry := w.entry(of)
	// No call closes time under review but the tenant's lock, and none waits that long.
	stored, err := w.store.Entry(w.t.Context(), w.tenantOf(of), ids.MustParse[ids.Entry](entry.id))
	if err != nil {
		w.t.Fatal(err)
	}
	first := calendar.DayOf(stored.StartedAt, time.UTC).AddDays(w.items)
	w.items++
	stored.NeedsReview, stored.Revision = true, stored.Revision+1
	err = w.store.Tx(w.t.Context(), w.tenantOf(of), func(ctx context.Context) error {
		return errors.Join(w.store.Save(ctx, w.tenantOf(of), timer.Changeset{Update: []timer.Entry{stored}}),
			w.store.SaveTimesheet(ctx, w.tenantOf(of), timesheet.Record{
				ID: ids.New[ids.Timesheet](), User: stored.User.ID, FirstDay: first, Status: timesheet.Approved, TimeZone: "UTC",
				From: stored.StartedAt, Through: stored.StoppedAt, ApprovedThrough: stored.StoppedAt, SubmittedAt: stored.StoppedAt, Revision: 1,
			}))
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return entry
}

// deletion leaves the person's tenant without a subscription in force, and with what somebody asks for; empty: nobody does.
func (w *offices) deletion(of, asking string) {
	id := w.tenantOf(of)
	subscription, ok, err := w.store.TenantSubscription(w.t.Context(), id)
	if err == nil && ok && subscription.Status != marketplace.Cancelled {
		subscription.Status = marketplace.Cancelled
		subscription.Revision++
		err = w.store.Tx(w.t.Context(), id, func(ctx context.Context) error { return w.store.UpdateSubscription(ctx, id, subscription) })
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.setTenant(id.String(), func(t *tenant.Tenant) {
		t.Removal = tenant.Removal{}
		if asking != "" {
			t.Removal = tenant.Removal{AskedAt: w.clock.now(), AskedBy: ids.MustParse[ids.User](w.ids[asking]), At: w.clock.now().Add(7 * 24 * time.Hour)}
		}
	})
}

// tenantOf is the person's tenant.
func (w *offices) tenantOf(of string) ids.Tenant {
	if adminOf(of) == frances {
		return ids.MustParse[ids.Tenant](w.fabrikam)
	}
	return ids.MustParse[ids.Tenant](w.contoso)
}

// adjusting corrects a closed day of the person's.
func (w *offices) adjusting(of string) call {
	project := w.project(of) // which somebody has recorded time on
	return call{method: "POST", path: "/api/v1/adjustments", body: fmt.Sprintf(
		`{"user_id":%q,"for_day":%q,"project_id":%q,"ms":-60000,"reason":"Twice"}`, w.ids[of], w.submitted(of).FirstDay, project.id)}
}

// adjustment is one of the person's closed time.
func (w *offices) adjustment(of string) thing {
	made := w.adjusting(of)
	if made.as = adminOf(of); made.as == of {
		made.as = grace // nobody corrects their own
	}
	return thing{id: as[api.TimeAdjustment](w.t, w.do(made), 201).Id}
}

// reminder is one of the person's.
func (w *offices) reminder(of string) thing {
	w.items++
	id, user := w.tenantOf(of), ids.MustParse[ids.User](w.ids[of])
	made := timesheet.Reminder{
		ID: ids.New[ids.Reminder](), User: user, FirstDay: calendar.DayOf(w.clock.now(), time.UTC).AddDays(w.items),
		By: tenant.UserRef{ID: user}, At: w.clock.now(),
	}
	err := w.store.Tx(w.t.Context(), id, func(ctx context.Context) error {
		return w.store.SaveReminder(ctx, id, made)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return thing{id: made.ID.String()}
}

func (w *offices) entry(of string) thing {
	w.clock.advance(time.Minute) // after the previous entry
	recorded := w.record(of, w.number(), time.Minute)
	return thing{recorded.Id, recorded.Etag}
}

// workItem is one that a person has worked on.
func (w *offices) workItem(of string) thing {
	w.clock.advance(time.Minute) // after the previous entry
	return thing{id: *w.record(of, w.number(), time.Minute).WorkItem.Uid}
}

// writeBack is what of an entry of a person's waits to be written.
func (w *offices) writeBack(of string) thing {
	id := w.tenantOf(of).String()
	w.setTenant(id, func(t *tenant.Tenant) { t.Settings.WriteBack = true })
	entry := w.entry(of)
	w.setTenant(id, func(t *tenant.Tenant) { t.Settings.WriteBack = false })
	for _, b := range as[api.WriteBackList](w.t, w.do(call{as: of, path: "/api/v1/write-backs"}), 200).Data {
		if b.EntryId == entry.id {
			return thing{id: b.Id}
		}
	}
	w.t.Fatal("a stopped entry waits for nothing")
	return thing{}
}

func (w *offices) voided(of string) thing {
	entry := w.entry(of)
	void := call{as: of, method: "DELETE", path: "/api/v1/time-entries/" + entry.id, headers: map[string]string{"If-Match": entry.etag}}
	return thing{entry.id, as[api.TimeEntry](w.t, w.do(void), 200).Etag}
}

// seen is an entry as bodies name it.
func seen(entry thing) string { return fmt.Sprintf(`{"id":%q,"etag":%q}`, entry.id, entry.etag) }

// neighbours are two entries that can be merged, as bodies name them.
func (w *offices) neighbours(of string) string {
	entry := w.entry(of)
	half := `{"at":"` + instant(w.clock.now().Add(-30*time.Second)) + `"}`
	parts := as[api.TimeEntryParts](w.t, w.do(call{
		as: of, method: "POST", path: "/api/v1/time-entries/" + entry.id + "/split", body: half,
		headers: map[string]string{"If-Match": entry.etag},
	}), 200).Data
	return seen(thing{parts[0].Id, parts[0].Etag}) + "," + seen(thing{parts[1].Id, parts[1].Etag})
}

// newProject makes a project by running a timer in it, and gives its id.
func (w *offices) newProject(of string) string {
	body := `{"work_item":{"project":"Project ` + w.number() + `","id":"` + w.number() + `"}}`
	started := as[api.TimerStarted](w.t, w.do(call{as: adminOf(of), method: "POST", path: "/api/v1/timers", body: body}), 201)
	return *started.Timer.WorkItem.ProjectId
}

// savedReport is one that only its owner knows of.
func (w *offices) savedReport(of string) thing {
	saved := as[api.SavedReport](w.t, w.do(call{
		as: of, method: "POST", path: "/api/v1/saved-reports", body: `{"name":"Mine","definition":{"by":"day"}}`,
	}), 201)
	return thing{saved.Id, saved.Etag}
}

// privacyRequest is one that waits for a decision.
func (w *offices) privacyRequest(of string) thing {
	w.closePrivacyRequests(of)
	return w.askPrivacy(of, `{"kind":"objection","note":"No."}`)
}

// closePrivacyRequests makes room for another one of a person's.
func (w *offices) closePrivacyRequests(of string) {
	for _, r := range as[api.PrivacyRequestPage](w.t, w.do(call{as: of, path: "/api/v1/privacy-requests?limit=500"}), 200).Data {
		if r.ClosedAt == nil {
			w.do(call{as: of, method: "POST", path: "/api/v1/privacy-requests/" + r.Id + "/withdrawal", headers: map[string]string{"If-Match": r.Etag}})
		}
	}
}

func (w *offices) askPrivacy(of, body string) thing {
	asked := as[api.AskedPrivacyRequest](w.t, w.do(call{as: of, method: "POST", path: "/api/v1/privacy-requests", body: body}), 201)
	return thing{asked.Request.Id, asked.Request.Etag}
}

// granted is a request on which somebody else has decided.
func (w *offices) granted(of string, asked thing) thing {
	id := w.contoso
	if adminOf(of) == frances {
		id = w.fabrikam
	}
	by := adminOf(of)
	if by == of {
		by = joan // who may be another super_admin
	}
	c := on("POST", "/privacy-requests/%s/decision", `{"grant":true}`)(w, "", asked)
	c.as = by
	if got := w.do(c); got.status == 200 {
		decided := as[api.PrivacyRequest](w.t, got, 200)
		return thing{decided.Id, decided.Etag}
	}
	decided, err := privacy.NewRequests(w.store, nil, pdf.NewFonts(), w.clock.now).DecideAsOperator(w.t.Context(), ids.MustParse[ids.Tenant](id), "op", ids.MustParse[ids.PrivacyRequest](asked.id), privacy.Decision{Grant: true})
	if err != nil {
		w.t.Fatal(err)
	}
	return thing{asked.id, fmt.Sprintf(`"%s.%d"`, asked.id, decided.Revision)}
}

func (w *offices) decidedPrivacyRequest(of string) thing { return w.granted(of, w.privacyRequest(of)) }

// restriction is one in force.
func (w *offices) restriction(of string) thing {
	w.closePrivacyRequests(of)
	return w.granted(of, w.askPrivacy(of, `{"kind":"restriction"}`))
}

// activity is one more.
func (w *offices) activity(of string) thing {
	w.activities++
	body := fmt.Sprintf(`{"name":"Activity %d","billable":true}`, w.activities)
	added := as[api.Activity](w.t, w.do(call{as: adminOf(of), method: "POST", path: "/api/v1/activities", body: body}), 201)
	return thing{added.Id, added.Etag}
}

// discardImports makes room for one more.
func (w *offices) discardImports(of string) {
	for _, i := range as[api.ImportPage](w.t, w.do(call{as: adminOf(of), path: "/api/v1/imports?limit=500"}), 200).Data {
		// One that has run stays.
		w.do(call{as: adminOf(of), method: "DELETE", path: "/api/v1/imports/" + i.Id, headers: map[string]string{"If-Match": i.Etag}})
	}
}

// sentImport is one whose file is there.
func (w *offices) sentImport(of string) thing {
	w.discardImports(of)
	admin := adminOf(of)
	begun := as[api.Import](w.t, w.do(call{as: admin, method: "POST", path: "/api/v1/imports", body: `{"file_name":"time.csv"}`}), 201)
	sent := w.do(call{
		as: admin, method: "PUT", path: "/api/v1/imports/" + begun.Id + "/parts/1",
		body: `{"text":"Work Item ID,Email,Date,Hours\n101,nobody@contoso.example,2026-11-17,1\n"}`,
	})
	if sent.status != 204 {
		w.t.Fatalf("%d %s", sent.status, sent.body)
	}
	return thing{begun.Id, begun.Etag}
}

// checkedImport is one whose rows were looked at.
func (w *offices) checkedImport(of string) thing {
	sent := w.sentImport(of)
	as[api.Import](w.t, w.do(call{as: adminOf(of), method: "POST", path: "/api/v1/imports/" + sent.id + "/check", body: `{"parts":1}`}), 200)
	return w.workedImport(of, sent.id)
}

// runningImport is one that was told to run.
func (w *offices) runningImport(of string) thing {
	checked := w.checkedImport(of)
	running := as[api.Import](w.t, w.do(call{
		as: adminOf(of), method: "POST", path: "/api/v1/imports/" + checked.id + "/run", headers: map[string]string{"If-Match": checked.etag},
	}), 200)
	return thing{running.Id, running.Etag}
}

// runImport is one that has run.
func (w *offices) runImport(of string) thing {
	return w.workedImport(of, w.runningImport(of).id)
}

// workedImport lets an import go on to its end. Those that were discarded before it are removed first, some at each call.
func (w *offices) workedImport(of, id string) thing {
	for range 5 {
		if err := w.imports.Work(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	now := as[api.Import](w.t, w.do(call{as: adminOf(of), path: "/api/v1/imports/" + id}), 200)
	return thing{now.Id, now.Etag}
}

// project is the one that all items are in.
func (w *offices) project(of string) thing {
	w.timer(adminOf(of))
	for _, p := range as[api.ProjectPage](w.t, w.do(call{as: adminOf(of), path: "/api/v1/projects?limit=500"}), 200).Data {
		if strings.EqualFold(p.Name, "Payments") {
			return thing{p.Id, p.Etag}
		}
	}
	w.t.Fatal("there is no project Payments")
	return thing{}
}

func (w *offices) unmerged(of string) thing {
	id := w.newProject(of)
	return thing{id, `"` + id + `.1"`}
}

func (w *offices) merged(of string) thing {
	id, into := w.newProject(of), w.newProject(of)
	merged := as[api.Project](w.t, w.do(call{
		as: adminOf(of), method: "POST", path: "/api/v1/projects/" + id + "/merge", body: `{"into":"` + into + `"}`,
	}), 200)
	return thing{id, merged.Etag}
}

// billedMonth is a monthly record of the person's tenant.
func (w *offices) billedMonth(of string) billing.Record {
	id := w.contoso
	if adminOf(of) == frances {
		id = w.fabrikam
	}
	w.months++
	return w.keepRecord(id, billing.Record{
		Kind: billing.Monthly, Month: calendar.MonthOf(time.Date(2000, time.Month(w.months), 1, 0, 0, 0, 0, time.UTC)),
		Customer: "A tenant", Active: []billing.Person{{ID: ids.MustParse[ids.User](w.ids[of]), Email: of}},
	})
}

func (w *offices) billingRecord(of string) thing { return thing{id: w.billedMonth(of).ID.String()} }

func (w *offices) statement(of string) thing { return thing{id: w.billedMonth(of).Statement.String()} }

// thingFor makes a thing with a relation to the caller.
func (w *offices) thingFor(row access, who string, r relation) thing {
	switch {
	case row.things == nil:
		return thing{}
	case r == own:
		return row.things(w, who)
	case r == others:
		return row.things(w, margaret)
	case r == foreign:
		return row.things(w, barbara)
	default:
		id := uuid.Must(uuid.NewV7()).String()
		return thing{id, `"` + id + `.1"`}
	}
}

// expect checks an answer; an empty code is success.
func (w *offices) expect(what string, got reply, ok int, code string) {
	w.t.Helper()
	if code == "" {
		if got.status != ok {
			w.t.Errorf("%s: %d %s, want %d", what, got.status, got.body, ok)
		}
		return
	}
	if got.status != statusOf[code] || !strings.Contains(got.body, `"code":"`+code+`"`) {
		w.t.Errorf("%s: %d %s, want %d %s", what, got.status, got.body, statusOf[code], code)
	}
}

// want is the code that a caller of the role gets; empty for success.
func (row access) want(role api.Role, r relation) string {
	switch {
	case !tenant.Role(role).Allows(tenant.Role(row.role)):
		return "role_required"
	case row.things == nil:
		return ""
	case r == foreign || r == random, r == others && (row.private || !tenant.Role(role).Allows(tenant.Role(cmp.Or(row.seenBy, api.RoleAdmin)))):
		return row.missing
	case r == own:
		return row.ownCode
	default:
		return ""
	}
}

func (row access) relations() []relation {
	if row.things == nil {
		return []relation{own}
	}
	return []relation{own, others, foreign, random}
}

// forStrangers is what needs no token: see TestConfirmationsForStrangers.
const forStrangers = "findPrivacyConfirmation"

func TestEveryOperationHasItsRow(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromData(api.Spec)
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]access)
	for _, row := range accesses {
		name, _, _ := strings.Cut(row.operation, " ")
		rows[name] = row
	}
	for path, route := range spec.Paths.Map() {
		for method, operation := range route.Operations() {
			row, found := rows[operation.OperationID]
			_, early := beforeSignIn[operation.OperationID]
			if !found && !early && operation.OperationID != forStrangers {
				t.Errorf("%s %s (%s) has no row", method, path, operation.OperationID)
			}
			if found && (row.things != nil) != strings.Contains(path, "{") {
				t.Errorf("%s: a route with an id needs things, and no other", operation.OperationID)
			}
			delete(rows, operation.OperationID)
		}
	}
	for name := range rows {
		t.Errorf("there is no operation %s", name)
	}
}

func TestRolesOnEveryRoute(t *testing.T) {
	w := newOffices(t)
	for _, row := range accesses {
		t.Run(row.operation, func(t *testing.T) {
			w.t = t
			for _, role := range slices.Sorted(maps.Keys(callers)) {
				who := callers[role]
				for _, r := range row.relations() {
					c := row.call(w, who, w.thingFor(row, who, r))
					c.as = who
					w.expect(fmt.Sprintf("%s on %s", role, r), w.do(c), row.ok, row.want(role, r))
				}
			}
			w.tokens(row)
			w.statuses(row)
		})
	}
	w.t = t
	for operation, early := range beforeSignIn {
		early.call.as = ""
		w.expect(operation+" without a token", w.do(early.call), 0, "token_missing")
		early.call.as = linus
		w.expect(operation+" by a user", w.do(early.call), 0, early.user)
		w.setUser(ada, w.ids[linus], `{"status":"deactivated"}`)
		w.expect(operation+" by a deactivated user", w.do(early.call), 0, early.retired)
		w.setUser(ada, w.ids[linus], `{"status":"active"}`)
	}
}

// tokens tries a route without a token and with a bad one.
func (w *offices) tokens(row access) {
	w.t.Helper()
	for _, r := range row.relations() {
		c := row.call(w, linus, w.thingFor(row, linus, r))
		w.expect("no token on "+string(r), w.do(c), 0, "token_missing")
		headers := map[string]string{"Authorization": "Bearer " + w.token(ada) + "x"}
		maps.Copy(headers, c.headers)
		c.headers = headers
		w.expect("a bad token on "+string(r), w.do(c), 0, "token_invalid")
	}
}

// statuses checks that the very next call shows a lost role, a deactivation and the end of the trial.
func (w *offices) statuses(row access) {
	w.t.Helper()
	whose := others
	if row.role == api.RoleUser {
		whose = own
	}
	attempt := func() reply {
		c := row.call(w, joan, w.thingFor(row, joan, whose))
		c.as = joan
		return w.do(c)
	}
	w.setUser(ada, w.ids[joan], `{"role":"`+string(row.role)+`"}`)
	w.expect("with the role", attempt(), row.ok, "")

	if row.role != api.RoleUser {
		w.setUser(ada, w.ids[joan], `{"role":"user"}`)
		w.expect("demoted", attempt(), 0, "role_required")
		w.setUser(ada, w.ids[joan], `{"role":"`+string(row.role)+`"}`)
	}

	c := row.call(w, joan, w.thingFor(row, joan, whose))
	c.as = joan
	w.setUser(ada, w.ids[joan], `{"status":"deactivated"}`)
	refusal := cmp.Or(row.retired, "user_deactivated")
	if refusal == allowed {
		refusal = ""
	}
	w.expect("deactivated", w.do(c), row.ok, refusal)
	w.setUser(ada, w.ids[joan], `{"status":"active"}`)

	expired := ""
	if row.writes {
		expired = "trial_expired"
	}
	c = row.call(w, joan, w.thingFor(row, joan, whose))
	c.as = joan
	w.setTenant(w.contoso, func(t *tenant.Tenant) { t.Plan, t.TrialEndsAt = plan.Trial, w.clock.now() })
	if row.operation == "changeTenant" { // its etag has changed
		c.headers = row.call(w, joan, thing{}).headers
	}
	w.expect("after the trial", w.do(c), row.ok, expired)
	w.setTenant(w.contoso, func(t *tenant.Tenant) { t.Plan = plan.Internal })
}
