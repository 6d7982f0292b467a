package tenant

import (
	"context"
	"slices"

	"timetracker/internal/ids"
)

// Concealed is what somebody has chosen not to be shown to others, or not to be recorded.
type Concealed struct {
	User        ids.User
	Restricted  bool // they restrict the use of their data
	TeamReports bool // they object to being in them
	ActionLog   bool // they object to being in it
}

// ConcealedStore knows what people have chosen.
type ConcealedStore interface {
	// Concealed lists all of the tenant's people who have chosen anything about their data.
	Concealed(ctx context.Context, id ids.Tenant) ([]Concealed, error)
	// ConcealedOf is one user's; nothing of whoever has chosen nothing.
	ConcealedOf(ctx context.Context, id ids.Tenant, user ids.User) (Concealed, error)
}

// Showing is where others are shown somebody's time.
type Showing int

// What is shown.
const (
	TeamReports Showing = iota // reports, lists, logs, sums and files, in which people stand beside others
	SingleTime                 // single entries and weeks, which somebody corrects or decides on, and the weeks that wait for that
)

// LeftOut are those whose time the member isn't shown. Nothing is shown of whoever is restricted, and whoever objects to team
// reports isn't in them. Everybody is shown their own.
func LeftOut(ctx context.Context, store ConcealedStore, m Member, where Showing) (people []ids.User, err error) {
	all, err := store.Concealed(ctx, m.Tenant.ID)
	for _, c := range all {
		if c.User != m.User.ID && (c.Restricted || (c.TeamReports && where == TeamReports)) {
			people = append(people, c.User)
		}
	}
	return people, err
}

// IsLeftOut says whether the member isn't shown a person's time.
func IsLeftOut(ctx context.Context, store ConcealedStore, m Member, user ids.User, where Showing) (bool, error) {
	if user == m.User.ID {
		return false, nil
	}
	people, err := LeftOut(ctx, store, m, where)
	return slices.Contains(people, user), err
}

// WithheldStore knows whose rows a file lacks.
type WithheldStore interface {
	ConcealedStore
	// EntriesOf are those of some ids that are entries of people.
	EntriesOf(ctx context.Context, id ids.Tenant, people []ids.User, among []ids.Any) ([]ids.Any, error)
}

// Withheld are the restricted people whose rows a file of whole tables lacks.
type Withheld struct {
	store  WithheldStore
	tenant ids.Tenant
	people []ids.User
}

// Withhold finds whose rows a file for the member lacks. It has their own.
func Withhold(ctx context.Context, store WithheldStore, m Member) (Withheld, error) {
	people, err := LeftOut(ctx, store, m, SingleTime)
	return Withheld{store, m.Tenant.ID, people}, err
}

// People is how many there are.
func (w Withheld) People() int { return len(w.people) }

// Of says which of some ids are of these people, or of entries of theirs. Ids of something else may be among them.
func (w Withheld) Of(ctx context.Context, among []ids.Any) (map[ids.Any]bool, error) {
	if len(w.people) == 0 || len(among) == 0 {
		return nil, nil
	}
	theirs := map[ids.Any]bool{}
	for _, user := range w.people {
		theirs[ids.Any(user)] = true
	}
	entries, err := w.store.EntriesOf(ctx, w.tenant, w.people, among)
	for _, entry := range entries {
		theirs[entry] = true
	}
	return theirs, err
}
