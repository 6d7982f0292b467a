package report

import (
	"context"
	"slices"
	"strconv"

	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// Narrowed is one thing to which a report was narrowed, with the names of what it was narrowed to.
type Narrowed struct {
	By     string   // as the API's parameter is called
	Values []string // "true" or "false" of a flag; empty for time without any
}

// Narrowed says in names what a filter means for a member: whose time, where and on what. A filter by nothing has none,
// but who sees themselves alone is always named. The errors are those of Time.
func (s *Service) Narrowed(ctx context.Context, m tenant.Member, filter Filter) ([]Narrowed, error) {
	selection, found, err := filter.Select(ctx, s.work, s.store, m)
	if err != nil {
		return nil, err
	}
	all, err := s.store.SelectionNames(ctx, m.Tenant.ID, selection)
	if err != nil {
		return nil, err
	}
	if !found { // as they were asked for, since nothing has the names
		all = slices.DeleteFunc(all, func(n Narrowed) bool { return n.By == "organization" || n.By == "project" })
		all = append(all, Narrowed{"organization", filter.Organizations}, Narrowed{"project", filter.Projects})
	}
	all = withoutAny(all, "work_item", selection.WorkItems)
	all = withoutAny(all, "parent", selection.Parents)
	all = append(
		all, Narrowed{"type", filter.Types}, Narrowed{"state", filter.States}, flagged("billable", filter.Billable),
		flagged("approved", filter.Approved), flagged("needs_review", filter.NeedsReview),
	)
	if filter.Note != "" {
		all = append(all, Narrowed{"note", []string{filter.Note}})
	}
	return slices.DeleteFunc(all, func(n Narrowed) bool { return len(n.Values) == 0 }), nil
}

// withoutAny adds time without an item to what a filter by items has.
func withoutAny(all []Narrowed, by string, items timer.Items) []Narrowed {
	if !items.None {
		return all
	}
	if i := slices.IndexFunc(all, func(n Narrowed) bool { return n.By == by }); i >= 0 {
		all[i].Values = append(all[i].Values, "")
		return all
	}
	return append(all, Narrowed{by, []string{""}})
}

func flagged(by string, flag *bool) Narrowed {
	if flag == nil {
		return Narrowed{}
	}
	return Narrowed{by, []string{strconv.FormatBool(*flag)}}
}
