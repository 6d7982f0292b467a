package workitem

import (
	"context"
	"strings"
	"time"
	"unicode"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// searchTimeout is how long somebody who searches waits for a tracker.
const searchTimeout = 10 * time.Second

// Search finds work items of the tenant's organization with the member's rights, the last changed first. A number, also
// after #, finds the item with this number, whatever else the query says. What is stored of what was found is refreshed;
// the others have no id. Errors are those of Remote, and errs.RuleBroken, search_empty.
func (s *Service) Search(ctx context.Context, m tenant.Member, as Credential, query Query) ([]WorkItem, error) {
	// What can't be seen narrows nothing.
	query.Words, query.Project = strings.TrimFunc(query.Words, unseen), strings.TrimSpace(query.Project)
	if query.Words == "" && !query.Mine {
		return nil, searchEmpty()
	}
	if s.remote == nil {
		return nil, noRemote()
	}
	organization := trackers[AzureDevOps].siteName(m.Tenant.AzureDevOpsOrganization)
	asked, facts, err := s.find(ctx, m, as, organization, query)
	if err != nil || len(asked) == 0 {
		return nil, err
	}
	site, known, err := s.siteOf(ctx, m, organization)
	if err != nil {
		return nil, err
	}
	stored := map[string]WorkItem{}
	if known {
		items, err := s.keepFound(ctx, m, site, asked, facts)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			stored[item.Number] = item
		}
	} else {
		site = SiteRef{Tracker: AzureDevOps, Name: organization}
	}
	found := make([]WorkItem, len(facts))
	for i, f := range facts {
		item, ok := stored[f.Number]
		if !ok {
			shown := itemOf(ids.WorkItem{}, ids.Project{}, f, s.now())
			item = WorkItem{
				Site: site, Project: ProjectRef{Name: f.Project.Name}, Number: f.Number, Title: shown.Title, Type: shown.Type,
				Reading: shown.Reading,
			}
		}
		// The member's own read has just returned it.
		item.View = View{}
		found[i] = item
	}
	return found, nil
}

// unseen says that nothing is seen of a character.
func unseen(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }

// find asks the tracker. The numbers are those that it has told something of: also one that the member can't see. One
// person's searches go one after the other, so that nobody takes all of the tracker's patience at once.
func (s *Service) find(
	ctx context.Context, m tenant.Member, as Credential, organization string, query Query,
) (numbers []string, facts []Facts, err error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	leave, err := s.searching.enter(ctx, person{m.Tenant.ID, m.User.ID})
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	if number := strings.TrimPrefix(query.Words, "#"); trackers[AzureDevOps].isNumber(number) {
		facts, err = s.remote.Read(ctx, as, organization, []string{number})
		return []string{number}, facts, asProblem(err)
	}
	query.Open = query.Mine && query.Words == ""
	facts, err = s.remote.Search(ctx, as, organization, query)
	for _, f := range facts {
		numbers = append(numbers, f.Number)
	}
	return numbers, facts, asProblem(err)
}

// keepFound keeps what was found of stored items, and gives these.
func (s *Service) keepFound(ctx context.Context, m tenant.Member, site SiteRef, numbers []string, facts []Facts) ([]WorkItem, error) {
	items, err := s.store.WorkItemsByNumber(ctx, m.Tenant.ID, m.User.ID, site.ID, numbers)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	if err := s.KeepRead(ctx, m, site, numbers, facts); err != nil {
		return nil, err
	}
	return s.store.WorkItemsByNumber(ctx, m.Tenant.ID, m.User.ID, site.ID, numbers)
}

// searchEmpty is the error for a search that says nothing.
func searchEmpty() error {
	return errs.New(errs.RuleBroken, "search_empty", "Type a number or words of the title.").
		WithField("q", "empty", "must not be blank without mine")
}
