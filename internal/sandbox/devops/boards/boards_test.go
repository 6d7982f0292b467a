package boards_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/devops/boards"
	"timetracker/internal/sandbox/sandboxtest"
)

func newBoards() (*boards.Boards, boards.Organization) {
	start := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	b := boards.New(func() time.Time { return start }, sandbox.People)
	return b, b.Organizations()[0]
}

// edit sets one field.
func edit(field string, value any) func(boards.WorkItem) (boards.Edit, error) {
	return func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Fields: map[string]any{field: value}}, nil
	}
}

func TestTheNearestAreaDecides(t *testing.T) {
	b, contoso := newBoards()
	payments := contoso.Projects[0].ID
	ada, linus := sandboxtest.Person(t, "ada@contoso.example"), sandboxtest.Person(t, "linus@contoso.example")
	for path, access := range map[string]boards.Access{`Shop`: boards.Read, `Shop\Cart`: boards.Write, `Shop\Cart\Vouchers`: boards.Hidden} {
		if err := b.SetAccess(payments, path, access); err != nil {
			t.Fatal(err)
		}
	}
	// An area without a setting has that of the one above, up to the project.
	if err := b.SetAccess(payments, `Shop\Till\Scale`, boards.Write, ada); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ ada, linus boards.Access }{
		`Payments`:                     {boards.Write, boards.Write},
		`Payments\Shop`:                {boards.Read, boards.Read},
		`Payments\Shop\Cart`:           {boards.Write, boards.Write},
		`Payments\Shop\Cart\Vouchers`:  {boards.Hidden, boards.Hidden},
		`payments\shop\till\scale`:     {boards.Write, boards.Read},
		`Payments\Vault`:               {boards.Write, boards.Hidden},
		`Payments\Audit`:               {boards.Write, boards.Read},
		`Payments\Shop\Cart\Checkouts`: {},
	}
	for path, want := range tests {
		for person, access := range map[sandbox.Person]boards.Access{ada: want.ada, linus: want.linus} {
			_, err := b.Create(person, payments, "Task", boards.Edit{Fields: map[string]any{boards.FieldTitle: "x", boards.FieldArea: path}})
			var refusal *boards.Refusal
			switch {
			case path == `Payments\Shop\Cart\Checkouts`:
				if !errors.As(err, &refusal) || refusal.Reason != boards.BadPath {
					t.Errorf("an area that is not there: %v", err)
				}
			case (err == nil) != (access == boards.Write):
				t.Errorf("%s writes in %s: %v", person.Name, path, err)
			}
		}
	}
}

func TestRulesOfAProject(t *testing.T) {
	b, contoso := newBoards()
	payments := contoso.Projects[0].ID
	ada := sandboxtest.Person(t, "ada@contoso.example")
	if err := b.AddRule(payments, boards.Rule{Types: []string{"Task"}, State: "Active", Field: boards.FieldActivity, Effect: boards.Required}); err != nil {
		t.Fatal(err)
	}
	if err := b.AddRule(contoso.ID, boards.Rule{}); !errors.Is(err, boards.ErrNoSuchID) {
		t.Errorf("a rule of no project: %v", err)
	}
	_, err := b.Update(ada, contoso.ID, 104, edit(boards.FieldCompletedWork, 12.0))
	var refusal *boards.Refusal
	if !errors.As(err, &refusal) || len(refusal.Rules) != 1 || refusal.Rules[0].Field.ReferenceName != boards.FieldActivity ||
		!slices.Equal(refusal.Rules[0].Flags, []string{"Required", "InvalidEmpty"}) {
		t.Errorf("without the field: %v", err)
	}
	if _, err := b.Update(ada, contoso.ID, 104, edit(boards.FieldActivity, "Testing")); err != nil {
		t.Errorf("with the field: %v", err)
	}
	// Neither another type of the project nor the other project has the rule.
	for _, id := range []int{107, 120} {
		if _, err := b.Update(ada, contoso.ID, id, edit(boards.FieldCompletedWork, 12.0)); err != nil {
			t.Errorf("%d: %v", id, err)
		}
	}
}

// A parent that was destroyed leads nowhere, and its children stay.
func TestChildrenOfDeletedWorkItems(t *testing.T) {
	b, contoso := newBoards()
	ada := sandboxtest.Person(t, "ada@contoso.example")
	children := func(id int) []int {
		t.Helper()
		item, err := b.Get(ada, contoso.ID, id)
		if err != nil {
			t.Fatal(err)
		}
		return item.Children
	}
	if _, err := b.Delete(ada, contoso.ID, 105); err != nil {
		t.Fatal(err)
	}
	if got := children(103); !slices.Equal(got, []int{104, 106}) {
		t.Errorf("children without the deleted one: %v", got)
	}
	if _, err := b.Restore(ada, contoso.ID, 105); err != nil {
		t.Fatal(err)
	}
	if got := children(103); !slices.Equal(got, []int{104, 105, 106}) {
		t.Errorf("children with the restored one: %v", got)
	}
	if _, err := b.Delete(ada, contoso.ID, 103); err != nil {
		t.Fatal(err)
	}
	if err := b.Destroy(ada, contoso.ID, 103); err != nil {
		t.Fatal(err)
	}
	parent := 104
	if _, err := b.Update(ada, contoso.ID, 106, func(boards.WorkItem) (boards.Edit, error) {
		none := 0
		return boards.Edit{Parent: &none}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Update(ada, contoso.ID, 106, func(boards.WorkItem) (boards.Edit, error) {
		return boards.Edit{Parent: &parent}, nil
	}); err != nil {
		t.Errorf("a parent whose own parent is gone: %v", err)
	}
	if got := children(104); !slices.Equal(got, []int{106}) {
		t.Errorf("children: %v", got)
	}
}
