package workitem

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

const (
	// FreshFor is how long what was read of a work item is shown without reading it again.
	FreshFor = 15 * time.Minute
	// readTimeout is how long somebody who asks for work items waits for a tracker.
	readTimeout = 5 * time.Second
	// maxAncestors is how many levels of parents are read with an item: a task's story, feature and epic, and one more.
	maxAncestors = 4
)

// Read is a work item as the member sees it.
type Read struct {
	WorkItem

	Stale bool // what is known of it is older than FreshFor, or was never read, and could not be read now
}

// Reads are the result of Service.Read.
type Reads struct {
	Items   []Read // in the order in which they were asked for; without those that the tenant doesn't have
	Problem error  // why a tracker could not be asked; nil: none had to be, or all have answered
}

// Read gives work items. It reads those again that the member has not read for FreshFor, with the member's rights. A
// tracker that can't be asked doesn't fail it, but for errs.Unauthenticated, interaction_required, since the person can do
// something about it.
func (s *Service) Read(ctx context.Context, m tenant.Member, as Credential, items []ids.WorkItem) (Reads, error) {
	problem, err := s.Refresh(ctx, m, as, items, s.now().Add(-FreshFor))
	if err != nil {
		return Reads{}, err
	}
	if errs.Is(problem, errs.Unauthenticated) {
		return Reads{}, problem
	}
	stored, err := s.store.WorkItems(ctx, m.Tenant.ID, m.User.ID, items)
	if err != nil {
		return Reads{}, err
	}
	byID := make(map[ids.WorkItem]WorkItem, len(stored))
	for _, item := range stored {
		byID[item.ID] = item
	}
	reads := Reads{Problem: problem}
	for _, id := range items {
		item, ok := byID[id]
		if !ok {
			continue
		}
		delete(byID, id) // one that is asked for twice is given once
		old := s.now().Sub(item.Reading.At) >= FreshFor
		reads.Items = append(reads.Items, Read{WorkItem: item.SeenBy(m), Stale: old && !item.View.Hidden()})
	}
	return reads, nil
}

// Refresh reads work items with the member's rights that the member has last read before an instant. It waits for at most
// 5 seconds. problem is why a tracker could not be asked; what was read before it is kept. One person's items are read one
// call after the other, and none is read twice for two calls. After a tracker has not answered, it is not asked for the
// person's items for a while, at most a minute.
func (s *Service) Refresh(
	ctx context.Context, m tenant.Member, as Credential, items []ids.WorkItem, before time.Time,
) (problem, err error) {
	due, err := s.due(ctx, m, items, before)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	if s.remote == nil {
		return noRemote(), nil
	}
	reader := person{m.Tenant.ID, m.User.ID}
	limited, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	leave, problem := s.reading.enter(limited, reader)
	if problem != nil {
		return problem, ctx.Err()
	}
	defer leave()
	if wait := s.paused.wait(reader, s.now()); wait > 0 {
		return RemoteUnavailable(nil, wait), nil
	}
	// Somebody before may have read them.
	if due, err = s.due(ctx, m, items, before); err != nil || len(due) == 0 {
		return nil, err
	}
	for _, site := range sitesOf(due) {
		read, failed, err := s.readSite(limited, m, as, site, numbersOf(due, site), before)
		problem = cmp.Or(problem, failed)
		if err := cmp.Or(err, s.keep(ctx, m, read)); err != nil {
			return problem, err
		}
	}
	s.paused.note(reader, problem, s.now())
	return problem, ctx.Err()
}

// Look gives a work item with what the member's own rights show of it now. Of who is no admin it reads the item again, as
// Read does. What a tracker that can't be asked has shown before counts on.
func (s *Service) Look(ctx context.Context, m tenant.Member, as Credential, item WorkItem) (WorkItem, error) {
	before := s.now().Add(-FreshFor)
	if item.ID.IsZero() || m.User.Role.Allows(tenant.RoleAdmin) || item.View.AskedAt.After(before) {
		return item, nil
	}
	if _, err := s.Refresh(ctx, m, as, []ids.WorkItem{item.ID}, before); err != nil {
		return WorkItem{}, err
	}
	return s.Get(ctx, m, item.ID)
}

// latestWork is among how many of a person's latest entries those on items that were never read are looked for.
const latestWork = 10

// Unread are the work items that the member has pinned or worked on of late, and that were never read with the member's
// rights.
func (s *Service) Unread(ctx context.Context, m tenant.Member) ([]ids.WorkItem, error) {
	return s.store.Unread(ctx, m.Tenant.ID, m.User.ID, latestWork)
}

// due are those of the items that the member has last read before an instant.
func (s *Service) due(ctx context.Context, m tenant.Member, items []ids.WorkItem, before time.Time) ([]WorkItem, error) {
	if len(items) == 0 {
		return nil, nil
	}
	stored, err := s.store.WorkItems(ctx, m.Tenant.ID, m.User.ID, items)
	return slices.DeleteFunc(stored, func(w WorkItem) bool { return w.View.AskedAt.After(before) }), err
}

func sitesOf(items []WorkItem) (sites []SiteRef) {
	for _, item := range items {
		if !slices.Contains(sites, item.Site) {
			sites = append(sites, item.Site)
		}
	}
	return sites
}

func numbersOf(items []WorkItem, site SiteRef) (numbers []string) {
	for _, item := range items {
		if item.Site == site {
			numbers = append(numbers, item.Number)
		}
	}
	return numbers
}

// readSite reads work items of a site and their parents, up to the first that the member has read after an instant. What
// was read comes with the tracker's problem that ended it.
func (s *Service) readSite(
	ctx context.Context, m tenant.Member, as Credential, site SiteRef, numbers []string, before time.Time,
) (read answer, problem, err error) {
	read = answer{site: site, at: s.now()}
	for range maxAncestors + 1 {
		for part := range slices.Chunk(numbers, MaxRead) {
			facts, err := s.remote.Read(ctx, as, site.Name, part)
			if err != nil {
				return read, asProblem(err), nil
			}
			read.asked = append(read.asked, part...)
			read.facts = append(read.facts, facts...)
		}
		parents, err := s.unreadParents(ctx, m, read, before)
		if err != nil || len(parents) == 0 {
			return read, nil, err
		}
		numbers = parents
	}
	return read, nil, nil
}

// unreadParents are the parents that an answer names and does not have, and that the member has not read after an instant.
func (s *Service) unreadParents(ctx context.Context, m tenant.Member, read answer, before time.Time) ([]string, error) {
	var parents []string
	for _, f := range read.facts {
		if f.Parent != "" && !slices.Contains(read.asked, f.Parent) && !slices.Contains(parents, f.Parent) {
			parents = append(parents, f.Parent)
		}
	}
	if len(parents) == 0 {
		return nil, nil
	}
	known, err := s.store.WorkItemsByNumber(ctx, m.Tenant.ID, m.User.ID, read.site.ID, parents)
	if err != nil {
		return nil, err
	}
	for _, item := range known {
		if item.View.AskedAt.After(before) {
			parents = slices.DeleteFunc(parents, func(number string) bool { return number == item.Number })
		}
	}
	return parents, nil
}

// asProblem is what a person is told of a tracker's error. A tracker that takes too long is one that does not answer.
func asProblem(err error) error {
	if errors.Is(err, context.DeadlineExceeded) && errs.KindOf(err) == errs.Internal {
		return RemoteUnavailable(err, readTimeout)
	}
	return err
}
