package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// activityHandlers serve the kinds of work that the tenant tells apart.
type activityHandlers struct {
	tenants *tenant.Service
}

// ListActivities implements api.StrictServerInterface.
func (h activityHandlers) ListActivities(ctx context.Context, _ api.ListActivitiesRequestObject) (api.ListActivitiesResponseObject, error) {
	all, err := h.tenants.Activities(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.ListActivities200JSONResponse{Data: mapSlice(all, activity)}, nil
}

// AddActivity implements api.StrictServerInterface.
func (h activityHandlers) AddActivity(ctx context.Context, request api.AddActivityRequestObject) (api.AddActivityResponseObject, error) {
	added, err := h.tenants.AddActivity(ctx, caller(ctx), tenant.NewActivity{Name: request.Body.Name, Billable: request.Body.Billable})
	if err != nil {
		return nil, err
	}
	body := activity(added)
	return api.AddActivity201JSONResponse{Body: body, Headers: api.AddActivity201ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeActivity implements api.StrictServerInterface.
func (h activityHandlers) ChangeActivity(ctx context.Context, request api.ChangeActivityRequestObject) (api.ChangeActivityResponseObject, error) {
	body, err := h.change(ctx, request.Id, request.Params.IfMatch, tenant.ActivityPatch{
		Name: request.Body.Name, Billable: request.Body.Billable, Position: request.Body.Position,
		Archived: (*bool)(request.Body.Archived),
	})
	if err != nil {
		return nil, err
	}
	return api.ChangeActivity200JSONResponse{Body: body, Headers: api.ChangeActivity200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ArchiveActivity implements api.StrictServerInterface.
func (h activityHandlers) ArchiveActivity(ctx context.Context, request api.ArchiveActivityRequestObject) (api.ArchiveActivityResponseObject, error) {
	archived := true
	body, err := h.change(ctx, request.Id, request.Params.IfMatch, tenant.ActivityPatch{Archived: &archived})
	if err != nil {
		return nil, err
	}
	return api.ArchiveActivity200JSONResponse{Body: body, Headers: api.ArchiveActivity200ResponseHeaders{ETag: &body.Etag}}, nil
}

func (h activityHandlers) change(ctx context.Context, text api.Id, ifMatch *string, patch tenant.ActivityPatch) (api.Activity, error) {
	member, id := caller(ctx), idOf[ids.Activity](text)
	expected, err := expectedVersion(ctx, ifMatch, func(ctx context.Context) (version, error) {
		a, err := h.tenants.Activity(ctx, member, id)
		return versionOfActivity(a), err
	})
	if err != nil {
		return api.Activity{}, err
	}
	changed, err := h.tenants.ChangeActivity(ctx, member, id, expected.of(ids.Any(id)), patch)
	return activity(changed), err
}

func activity(a tenant.Activity) api.Activity {
	return api.Activity{
		Id: a.ID.String(), Name: a.Name, Billable: a.Billable, Archived: a.Archived(), Etag: versionOfActivity(a).entityTag(),
	}
}
