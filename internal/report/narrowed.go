package report

import (
	"context"

	"timetracker/internal/tenant"
)

// Narrowed is one thing to which a report was narrowed, with the names of what it was narrowed to.
type Narrowed struct {
	By     string // as the API's parameter is called
	Values []string
}

// Narrowed says in names what a filter means for a member: whose time, where and on what. A filter by nothing has none,
// but who sees themselves alone is always named. The errors are those of Time.
func (s *Service) Narrowed(ctx context.Context, m tenant.Member, filter Filter) ([]Narrowed, error) {
	selection, found, err := filter.Select(ctx, s.work, m)
	if err != nil {
		return nil, err
	}
	var all []Narrowed
	if found {
		if all, err = s.store.SelectionNames(ctx, m.Tenant.ID, selection); err != nil {
			return nil, err
		}
	}
	for _, n := range []Narrowed{{"type", filter.Types}, {"state", filter.States}} {
		if len(n.Values) > 0 {
			all = append(all, n)
		}
	}
	return all, nil
}
