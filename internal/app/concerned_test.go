package app_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/audit"
	"timetracker/internal/config"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// TestWhoIsConcerned lists whose data was read in some hours, by whom, and how to reach them. The list is a read itself.
func TestWhoIsConcerned(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	grace, linus := w.Join(t, ada, "Grace"), w.Join(t, ada, "Linus")
	begin := w.Clock.Now()
	accesses := audit.NewAccesses(w.Store, w.Clock.Now)
	note := func(whose ...ids.User) {
		t.Helper()
		reader := audit.Reader{ID: ada.User.ID, Name: ada.User.Name, Role: string(ada.User.Role)}
		if err := accesses.Note(t.Context(), ada.Tenant.ID, reader, audit.AccessReport, whose...); err != nil {
			t.Fatal(err)
		}
	}
	w.Clock.Add(3 * time.Hour)
	note(grace.User.ID)
	c := config.Config{DatabaseURL: config.Secret("sqlite:" + w.Path())}
	list := func(since, until time.Time) string {
		t.Helper()
		var out bytes.Buffer
		asked := app.Concern{Slug: ada.Tenant.Slug, Operator: "Olga\x1b[2J", Since: since, Until: until}
		if err := app.ListConcerned(t.Context(), c, asked, &out, discard); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	concerned := func(printed string) string {
		_, people, _ := strings.Cut(printed, "\nCONCERNED")
		return people
	}
	now := w.Clock.Now()
	printed := list(now, now.Add(time.Minute))
	if !regexp.MustCompile(`"` + ada.User.Name + `" +super_admin +report +"` + grace.User.Name + `" .* 1\n`).MatchString(printed) {
		t.Errorf("who read is missing:\n%s", printed)
	}
	if people := concerned(printed); !strings.Contains(people, grace.User.Email) || strings.Contains(people, linus.User.Email) {
		t.Errorf("who is concerned:\n%s", people)
	}
	if before := list(now.Add(-time.Hour), now); strings.Contains(concerned(before), grace.User.Email) {
		t.Errorf("before it was read:\n%s", before)
	}
	if joined := list(begin.Add(-time.Hour), begin.Add(time.Hour)); !strings.Contains(joined, "user_joined") || !strings.Contains(joined, "\nSIGNED IN") {
		t.Errorf("when they joined:\n%s", joined)
	}
	note()
	if all := concerned(list(now, now.Add(time.Minute))); !strings.Contains(all, linus.User.Email) || !strings.Contains(all, "read with everybody's") {
		t.Errorf("everybody's:\n%s", all)
	}
	records, _, err := accesses.Of(t.Context(), ada.Tenant.ID, linus.User.ID, page.Request{Limit: 10})
	if err != nil || len(records) == 0 || records[0].By.Operator != "privacy concerned, by Olga\x1b[2J" || !records[0].Whose.IsZero() {
		t.Errorf("the list left no record: %v %v", records, err)
	}
	if own := list(time.Now().Add(-time.Hour), time.Now().Add(time.Hour)); !strings.Contains(own, `"privacy concerned, by Olga\x1b[2J"`) {
		t.Errorf("operators' commands:\n%s", own)
	}
	if err := app.ListConcerned(t.Context(), c, app.Concern{Slug: ada.Tenant.Slug, Since: now, Until: now}, nil, discard); err == nil {
		t.Error("no time at all")
	}
}
