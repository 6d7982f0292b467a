package httpapi_test

import (
	"strings"
	"testing"

	"timetracker/api"
)

// importOf is an import of rows of a person's, looked at.
func (w *offices) importOf(email, day string) thing {
	w.discardImports(ada)
	begun := as[api.Import](w.t, w.do(call{as: ada, method: "POST", path: "/api/v1/imports", body: `{"file_name":"time.csv"}`}), 201)
	path := "/api/v1/imports/" + begun.Id
	file := `id,user_email,started_at,stopped_at,project,work_item_id\n1,` + email + `,` + day + `T00:00:00Z,` + day + `T23:59:00Z,Payments,101\n`
	if sent := w.do(call{as: ada, method: "PUT", path: path + "/parts/1", body: `{"text":"` + file + `"}`}); sent.status != 204 {
		w.t.Fatalf("%d %s", sent.status, sent.body)
	}
	as[api.Import](w.t, w.do(call{as: ada, method: "POST", path: path + "/check", body: `{"parts":1}`}), 200)
	return w.workedImport(ada, begun.Id)
}

// TestAnImportTellsNothingOfEntries looks at a file that overlaps somebody's time, before and after they are restricted.
func TestAnImportTellsNothingOfEntries(t *testing.T) {
	w := newOffices(t)
	before := as[api.TimeEntry](t, w.do(call{as: linus, method: "POST", path: "/api/v1/time-entries", body: `{"work_item":{"project":"Payments","id":"101"},"started_at":"2026-11-16T09:00:00Z","stopped_at":"2026-11-16T10:00:00Z"}`}), 201)
	look := func(code string, rows int) {
		t.Helper()
		i := w.importOf(linus, "2026-11-16")
		found := as[api.Import](t, w.do(call{as: ada, path: "/api/v1/imports/" + i.id}), 200)
		if len(found.Problems) != 1 || found.Problems[0].Code != code || strings.ContainsAny(found.Problems[0].Message, "#0123456789") {
			t.Errorf("the problems are %+v, want %s", found.Problems, code)
		}
		listed := w.do(call{as: ada, path: "/api/v1/imports/" + i.id + "/rows"})
		if all := as[api.ImportRowPage](t, listed, 200).Data; len(all) != rows {
			t.Errorf("%d rows are listed, want %d: %+v", len(all), rows, all)
		}
	}
	look("interval_overlaps", 1)
	w.granted(linus, w.askPrivacy(linus, `{"kind":"restriction"}`))
	look("person_left_out", 0)
	if still := w.do(call{as: linus, path: "/api/v1/time-entries/" + before.Id}); still.status != 200 {
		t.Errorf("%d %s", still.status, still.body)
	}
}
