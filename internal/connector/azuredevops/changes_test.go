package azuredevops_test

import (
	"fmt"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sandbox/standin"
)

// tick is a minute later.
func (w *world) tick() time.Time {
	w.clock.Advance(time.Minute)
	return w.clock.Now()
}

// edit changes 104 as a person, a minute later.
func (w *world) edit(t *testing.T, user string, fields map[string]any) time.Time {
	t.Helper()
	at := w.tick()
	contoso := w.Boards.Organizations()[0]
	_, err := w.Boards.Update(sandboxtest.Person(t, user), contoso.ID, 104, func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: fields}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestLastChange: only the person's own changes count, and none of hours alone.
func TestLastChange(t *testing.T) {
	w := start(t)
	title := func(user, text string) time.Time {
		t.Helper()
		return w.edit(t, user, map[string]any{boards.FieldTitle: text})
	}
	begun := w.clock.Now()
	first := title(grace, "One")
	title(linus, "Two")
	second := title(grace, "Three")
	w.tick()
	w.check(t, "write", w.write(t), "")
	both := w.edit(t, grace, map[string]any{boards.FieldCompletedWork: 30.0, boards.FieldTitle: "Four"})
	linuses := title(linus, "Five")
	end := w.tick()
	for name, test := range map[string]struct {
		user     string
		from, to time.Time
		want     time.Time
	}{
		"the last one":                   {grace, begun, end, both},
		"before one":                     {grace, begun, both, second},
		"up to another":                  {grace, begun, second, first},
		"what was written doesn't count": {grace, second, both, time.Time{}},
		"others' don't count":            {grace, both, end, time.Time{}},
		"the others' own":                {linus, begun, end, linuses},
		"of nobody who changed it":       {ada, begun, end, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			w.Remote = w.Connect(t, w.Client) // a process that has seen nobody
			got, err := w.Remote.LastChange(t.Context(), w.Credential(t, test.user), connectortest.Site, "104", test.from, test.to)
			if err != nil || !got.Equal(test.want) {
				t.Errorf("got %s (%v), want %s", got, err, test.want)
			}
		})
	}
	for _, number := range []string{"9999", "201", "x"} {
		_, err := w.Remote.LastChange(t.Context(), w.Credential(t, grace), connectortest.Site, number, begun, end)
		w.check(t, number, err, notFound)
	}
}

// TestLastChangeOfManyUpdates finds what is further back than one page, and asks a bounded number of times.
func TestLastChangeOfManyUpdates(t *testing.T) {
	w := start(t)
	begun := w.clock.Now()
	own := w.edit(t, grace, map[string]any{boards.FieldTitle: "Grace's"})
	for i := range 450 {
		w.edit(t, linus, map[string]any{boards.FieldTitle: fmt.Sprintf("Linus' %d", i)})
	}
	ask := func(from time.Time) (time.Time, error) {
		return w.Remote.LastChange(t.Context(), w.Credential(t, grace), connectortest.Site, "104", from, w.clock.Now())
	}
	if got, err := ask(begun); err != nil || !got.Equal(own) {
		t.Errorf("got %s (%v), want %s", got, err, own)
	}
	before := w.Calls()
	if got, err := ask(w.clock.Now().Add(-time.Hour)); err != nil || !got.IsZero() {
		t.Errorf("within the last hour: %s (%v)", got, err)
	}
	if asked := w.Calls() - before; asked > 3 {
		t.Errorf("asked %d times for what is on the last page", asked)
	}
	for i := range 800 {
		w.edit(t, linus, map[string]any{boards.FieldTitle: fmt.Sprintf("More of Linus' %d", i)})
	}
	before = w.Calls()
	if got, err := ask(begun); err != nil || !got.IsZero() || w.Calls()-before > 6 {
		t.Errorf("got %s (%v) in %d calls", got, err, w.Calls()-before)
	}
}

// TestLastChangeUnderFaults: what Azure DevOps doesn't answer is an error that tells nothing of the answer.
func TestLastChangeUnderFaults(t *testing.T) {
	for fault, code := range map[standin.Fault]string{
		standin.Down: unavailable, standin.Throttled: unavailable, standin.HTML: interaction, standin.SignInPage: interaction,
		standin.WrongJSON: unavailable, standin.Reset: unavailable, standin.Truncated: unavailable,
		standin.ClaimsChallenge: interaction, standin.Delayed: "",
	} {
		t.Run(string(fault), func(t *testing.T) {
			w := start(t)
			begun := w.clock.Now()
			w.edit(t, grace, map[string]any{boards.FieldTitle: "Changed"})
			end := w.tick()
			w.Fail(t, connectortest.AzureDevOps, fault)
			_, err := w.Remote.LastChange(t.Context(), w.Credential(t, grace), connectortest.Site, "104", begun, end)
			w.check(t, string(fault), err, code)
		})
	}
}
