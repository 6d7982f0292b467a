package azuredevops_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/workitem"
)

// numbers searches as Linus.
func (w *world) numbers(t *testing.T, query workitem.Query) []string {
	t.Helper()
	found, err := w.Remote.Search(t.Context(), w.Credential(t, linus), connectortest.Site, query)
	if err != nil {
		t.Errorf("%+v: %v", query, err)
	}
	numbers := []string{}
	for _, facts := range found {
		numbers = append(numbers, facts.Number)
	}
	return numbers
}

func TestSearch(t *testing.T) {
	w := start(t)
	contoso := w.Boards.Organizations()[0]
	title := func(number int, title string) {
		t.Helper()
		w.clock.Advance(time.Minute)
		_, err := w.Boards.Update(sandboxtest.Person(t, ada), contoso.ID, number, func(boards.WorkItem) (boards.Edit, error) {
			return boards.Edit{Fields: map[string]any{boards.FieldTitle: title}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	title(128, `O'Neill's "basket" is empty [100%] @me`)
	title(131, "Focus' -- OR 1=1")
	for name, test := range map[string]struct {
		query workitem.Query
		want  []string
	}{
		"a word":                 {workitem.Query{Words: "gateway"}, []string{"107", "112", "116"}},
		"words in any order":     {workitem.Query{Words: " TIMES  gate\tRefund "}, []string{"107"}},
		"a part of a word":       {workitem.Query{Words: "mbrel"}, []string{"124"}},
		"letters of all kinds":   {workitem.Query{Words: "ä ö ü ß"}, []string{"127"}},
		"a quotation mark":       {workitem.Query{Words: `O'Neill's "basket" [100%]`}, []string{"128"}},
		"a macro":                {workitem.Query{Words: "@Me"}, []string{"128"}},
		"a condition":            {workitem.Query{Words: "' OR [System.Id] > 0 --"}, []string{}},
		"a comment":              {workitem.Query{Words: "-- OR 1=1"}, []string{"131"}},
		"in a project":           {workitem.Query{Words: "icon font", Project: "storefront"}, []string{"129", "130"}},
		"in another project":     {workitem.Query{Words: "icon font", Project: "Payments"}, []string{}},
		"a hostile project":      {workitem.Query{Words: "icon", Project: "x' OR [System.TeamProject] <> '"}, []string{}},
		"a project like a path":  {workitem.Query{Words: "icon", Project: "../../fabrikam"}, []string{}},
		"what can't be seen":     {workitem.Query{Words: "vault"}, []string{}},
		"mine":                   {workitem.Query{Mine: true}, []string{"105", "107", "116", "118", "119"}},
		"mine and open":          {workitem.Query{Mine: true, Open: true}, []string{"105", "107", "118", "119", "120"}},
		"mine, of these words":   {workitem.Query{Mine: true, Words: "reviews"}, []string{"119", "120"}},
		"the last changed first": {workitem.Query{Open: true}, []string{"131", "128", "101", "102", "103"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.query.Limit = 5
			if diff := cmp.Diff(test.want, w.numbers(t, test.query)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if got := w.numbers(t, workitem.Query{Limit: 200}); len(got) != 32 {
		t.Errorf("%d in all", len(got))
	}
	// No query grows beyond what Azure DevOps takes, and no word is searched for in part.
	if got := w.numbers(t, workitem.Query{Words: strings.Repeat("gateway ", 10_000), Limit: 5}); len(got) != 3 {
		t.Errorf("a word many times: %v", got)
	}
	if got := w.numbers(t, workitem.Query{Words: strings.Repeat("x", 100_000), Limit: 5}); len(got) != 0 {
		t.Errorf("a long word: %v", got)
	}
}

// An organization's own states are asked for once, and tell whether a work item is open.
func TestOpenByCategory(t *testing.T) {
	w := start(t)
	asked := 0
	failing := true
	w.Answer(func(rw http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/states") {
			asked++
			if failing {
				rw.WriteHeader(http.StatusBadGateway)
				return
			}
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, `{"count":3,"value":[{"name":"Shipped","category":"Completed"},{"name":"Waiting","category":"InProgress"},{}]}`)
			return
		}
		answer := httptest.NewRecorder()
		w.REST.ServeHTTP(answer, r)
		body := answer.Body.Bytes()
		if strings.HasSuffix(r.URL.Path, "workItemsBatch") {
			body = bytes.Replace(body, []byte(`"System.State":"Active"`), []byte(`"System.State":"Shipped"`), 1)
			body = bytes.Replace(body, []byte(`"System.State":"Active"`), []byte(`"System.State":"Waiting"`), 1)
		}
		rw.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		rw.WriteHeader(answer.Code)
		_, _ = rw.Write(body)
	})
	query := workitem.Query{Words: "gateway", Open: true, Limit: 5}
	if got := w.numbers(t, query); !cmp.Equal(got, []string{"107", "112"}) || asked != 1 {
		t.Errorf("while states can't be read: %v, asked %d times", got, asked)
	}
	failing = false
	for range 2 {
		if got := w.numbers(t, query); !cmp.Equal(got, []string{"112"}) {
			t.Errorf("got %v", got)
		}
	}
	if asked != 3 { // of two types
		t.Errorf("asked %d times", asked)
	}
	w.clock.Advance(2 * time.Hour)
	w.numbers(t, query)
	if asked != 5 {
		t.Errorf("hours later asked %d times", asked)
	}
	query.Open = false
	if got := w.numbers(t, query); len(got) != 3 || asked != 5 {
		t.Errorf("all: %v, asked %d times", got, asked)
	}
}
