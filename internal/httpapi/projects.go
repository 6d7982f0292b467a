package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// projectHandlers serve the projects that were seen, and what admins decide about them.
type projectHandlers struct {
	items *workitem.Service
}

// ListProjects implements api.StrictServerInterface.
func (h projectHandlers) ListProjects(ctx context.Context, request api.ListProjectsRequestObject) (api.ListProjectsResponseObject, error) {
	member, params := caller(ctx), request.Params
	filter := workitem.ProjectFilter{General: params.GeneralAllowed != nil}
	projects, next, err := readPage(newListing(member.Tenant.ID, "projects", filter), params.Cursor, params.Limit,
		func(request page.Request) ([]workitem.ProjectDetails, page.Position, error) {
			return h.items.Projects(ctx, member, filter, request)
		})
	if err != nil {
		return nil, err
	}
	return api.ListProjects200JSONResponse{Data: mapSlice(projects, project), Page: next}, nil
}

// ChangeProject implements api.StrictServerInterface.
func (h projectHandlers) ChangeProject(ctx context.Context, request api.ChangeProjectRequestObject) (api.ChangeProjectResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Project](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingProject(member, id))
	if err != nil {
		return nil, err
	}
	patch := workitem.ProjectPatch{Name: request.Body.Name, GeneralAllowed: request.Body.GeneralAllowed}
	if billable := request.Body.Billable; billable.Given {
		patch.Billable = &billable.Value
	}
	changed, err := h.items.ChangeProject(ctx, member, id, expected.of(ids.Any(id)), patch)
	if err != nil {
		return nil, err
	}
	body := project(changed)
	return api.ChangeProject200JSONResponse{Body: body, Headers: api.ChangeProject200ResponseHeaders{ETag: &body.Etag}}, nil
}

// MergeProject implements api.StrictServerInterface.
func (h projectHandlers) MergeProject(ctx context.Context, request api.MergeProjectRequestObject) (api.MergeProjectResponseObject, error) {
	merged, err := h.items.Merge(ctx, caller(ctx), idOf[ids.Project](request.Id), idOf[ids.Project](request.Body.Into))
	if err != nil {
		return nil, err
	}
	body := project(merged)
	return api.MergeProject200JSONResponse{Body: body, Headers: api.MergeProject200ResponseHeaders{ETag: &body.Etag}}, nil
}

// UnmergeProject implements api.StrictServerInterface.
func (h projectHandlers) UnmergeProject(ctx context.Context, request api.UnmergeProjectRequestObject) (api.UnmergeProjectResponseObject, error) {
	member, id := caller(ctx), idOf[ids.Project](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingProject(member, id))
	if err != nil {
		return nil, err
	}
	unmerged, err := h.items.Unmerge(ctx, member, id, expected.of(ids.Any(id)))
	if err != nil {
		return nil, err
	}
	body := project(unmerged)
	return api.UnmergeProject200JSONResponse{Body: body, Headers: api.UnmergeProject200ResponseHeaders{ETag: &body.Etag}}, nil
}

func (h projectHandlers) readingProject(member tenant.Member, id ids.Project) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		p, err := h.items.Project(ctx, member, id)
		return versionOfProject(p.Project), err
	}
}

func project(p workitem.ProjectDetails) api.Project {
	shown := api.Project{
		Id:       p.ID.String(),
		Site:     api.Site{Id: p.Site.ID.String(), Tracker: string(p.Site.Tracker), Name: p.Site.Name},
		Name:     p.Name,
		Names:    mapSlice(p.Names, func(name string) string { return name }),
		Guid:     nilIfEmpty(p.StableID),
		CountsAs: api.ProjectName{Id: p.CountsAs.ID.String(), Name: p.CountsAs.Name},
		Billable: p.Rules.Billable, GeneralAllowed: p.Rules.GeneralAllowed,
		Etag: versionOfProject(p.Project).entityTag(),
	}
	if p.Merged() {
		shown.Merged = &api.ProjectMerge{
			Into: p.MergedInto.String(), At: api.Timestamp{Time: p.MergedAt}, Undoable: !p.MergeUsed,
		}
	}
	return shown
}
