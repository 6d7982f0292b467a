package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// GetTenant implements api.StrictServerInterface.
func (s *server) GetTenant(ctx context.Context, _ api.GetTenantRequestObject) (api.GetTenantResponseObject, error) {
	member := caller(ctx)
	taken, err := s.tenants.Seats(ctx, member)
	if err != nil {
		return nil, err
	}
	body := tenantDetails(member.Tenant, taken, s.instant())
	return api.GetTenant200JSONResponse{Body: body, Headers: api.GetTenant200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeTenant implements api.StrictServerInterface.
func (s *server) ChangeTenant(ctx context.Context, request api.ChangeTenantRequestObject) (api.ChangeTenantResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, func(context.Context) (version, error) {
		return versionOfTenant(member.Tenant), nil
	})
	if err != nil {
		return nil, err
	}
	wanted := request.Body
	patch := tenant.SettingsPatch{
		Name:                wanted.Name,
		AdminEmail:          wanted.AdminEmail,
		TimeZone:            wanted.TimeZone,
		Currency:            wanted.Currency,
		OnStartWhileRunning: chosen[tenant.StartPolicy](wanted.OnStartWhileRunning),
		EditWindowDays:      wanted.EditWindowDays,
		AllowOverlap:        wanted.AllowOverlap,
		WriteBack:           wanted.WriteBack,
		JoinPolicy:          chosen[tenant.JoinPolicy](wanted.JoinPolicy),
	}
	if wanted.AutoStopAfterMs != nil {
		after := time.Duration(*wanted.AutoStopAfterMs) * time.Millisecond
		patch.AutoStopAfter = &after
	}
	changed, err := s.tenants.ChangeTenant(ctx, member, expected.of(ids.Any(member.Tenant.ID)), patch)
	if err != nil {
		return nil, err
	}
	member.Tenant = changed
	taken, err := s.tenants.Seats(ctx, member)
	if err != nil {
		return nil, err
	}
	body := tenantDetails(changed, taken, s.instant())
	return api.ChangeTenant200JSONResponse{Body: body, Headers: api.ChangeTenant200ResponseHeaders{ETag: &body.Etag}}, nil
}
