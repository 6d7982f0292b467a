package tenant

import (
	"context"
	"slices"

	"timetracker/internal/ids"
)

// Concealed is a person whose time isn't shown to others as everybody else's is.
type Concealed struct {
	User       ids.User
	Restricted bool // else they object to team reports alone
}

// ConcealedStore knows whose time isn't shown to others.
type ConcealedStore interface {
	// Concealed are the tenant's people of whom something isn't shown.
	Concealed(ctx context.Context, id ids.Tenant) ([]Concealed, error)
	// Unlogged says whether no action of a user is to be recorded.
	Unlogged(ctx context.Context, id ids.Tenant, user ids.User) (bool, error)
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
		if c.User != m.User.ID && (c.Restricted || where == TeamReports) {
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
