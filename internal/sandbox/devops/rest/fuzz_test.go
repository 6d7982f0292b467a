package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
)

// Whatever a patch says, it is done whole or refused, and what it makes keeps the rules.
func FuzzPatch(f *testing.F) {
	f.Add(`[{"op":"test","path":"/rev","value":1},{"op":"add","path":"/fields/Microsoft.VSTS.Scheduling.CompletedWork","value":12.5}]`)
	f.Add(`[{"op":"remove","path":"/fields/System.Title"},{"op":"replace","path":"/fields/System.State","value":"Closed"}]`)
	f.Add(`[{"op":"add","path":"/relations/-","value":{"rel":"System.LinkTypes.Hierarchy-Forward","url":"/1/103"}},{"op":"remove","path":"/relations/0"}]`)
	f.Add(`[{"op":"add","path":"/fields/System.AreaPath","value":"Payments\\Vault"},{"op":"test","path":"/fields/System.Tags","value":null}]`)
	start := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	ada := sandbox.People()[0]
	s := &Server{}
	c := &call{request: httptest.NewRequestWithContext(f.Context(), http.MethodPatch, "/", nil)}
	f.Fuzz(func(t *testing.T, body string) {
		var steps []operation
		if json.Unmarshal([]byte(body), &steps) != nil {
			return
		}
		items := boards.New(func() time.Time { return start }, sandbox.People)
		contoso := items.Organizations()[0].ID
		item, err := items.Update(ada, contoso, 104, func(now boards.WorkItem) (boards.Edit, error) {
			for name := range now.Fields {
				if field, _ := boards.FieldNamed(name); field.Kind == boards.Identity {
					delete(now.Fields, name) // which need Entra to be written
				}
			}
			return s.edit(c, now, steps)
		})
		var answer *problem
		var refusal *boards.Refusal
		stored, getErr := items.Get(ada, contoso, 104)
		switch {
		case getErr != nil:
			t.Fatal(getErr)
		case err == nil:
			title, _ := item.Fields[boards.FieldTitle].(string)
			if title == "" || stored.Rev != item.Rev || item.Rev < 1 || item.Rev > 2 {
				t.Fatalf("rev %d and %d of %q", item.Rev, stored.Rev, title)
			}
		case stored.Rev != 1:
			t.Fatalf("refused with %v, and changed", err)
		case errors.As(err, &refusal):
			if problemOf(err).status < 400 {
				t.Fatalf("%v has no status", err)
			}
		case !errors.As(err, &answer):
			t.Fatalf("%v is neither a refusal nor a problem", err)
		}
	})
}
