package workitem

import (
	"context"
	"strings"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// ProjectNotFound is the error for a project that does not exist.
func ProjectNotFound() error {
	return errs.New(errs.NotFound, "project_not_found", "There is no such project.")
}

// NotFound is the error for a work item that the tenant doesn't have. What Azure DevOps doesn't show is RemoteHidden.
func NotFound() error {
	return errs.New(errs.NotFound, "work_item_not_found", "There is no such work item.")
}

// RenameOrganization follows the tenant's setting, in the caller's transaction. The site that is called from is called
// to from now on, and both names find it. The accepted name of another site is errs.Conflict, organization_taken.
func (s *Service) RenameOrganization(ctx context.Context, id ids.Tenant, from, to string) error {
	if err := s.store.LockWork(ctx, id); err != nil {
		return err
	}
	siteName := func(name string) string { return trackers[AzureDevOps].siteName(strings.TrimSpace(name)) }
	from, to = siteName(from), siteName(to)
	find := func(name string) (Site, bool, error) {
		candidates, err := s.store.Candidates(ctx, id, Lookup{SiteKey: NameKey(name)})
		chosen, found := chooseSite(candidates, AzureDevOps, Named{Name: name})
		return chosen.Site, found, err
	}
	site, known, err := find(from)
	if err != nil || !known {
		return err
	}
	other, taken, err := find(to)
	if err != nil {
		return err
	}
	// A name that another site was only seen under is a claim, which must not keep an organization from its new name.
	if taken && other.ID != site.ID && NameKey(other.Name) == NameKey(to) {
		return errs.New(errs.Conflict, "organization_taken", "Another organization has this name.").
			WithField("/azure_devops_organization", "taken", "must be no other organization's")
	}
	site.Name = to
	return s.store.RenameSite(ctx, id, site)
}
