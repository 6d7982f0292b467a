package httpapi

import (
	"context"
	"encoding/base64"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// tenantHandlers serve the tenant with its settings and seats.
type tenantHandlers struct {
	tenants *tenant.Service
	items   *workitem.Service
	now     func() time.Time
}

// GetTenant implements api.StrictServerInterface.
func (h tenantHandlers) GetTenant(ctx context.Context, _ api.GetTenantRequestObject) (api.GetTenantResponseObject, error) {
	member := caller(ctx)
	body, err := h.details(ctx, member)
	if err != nil {
		return nil, err
	}
	return api.GetTenant200JSONResponse{Body: body, Headers: api.GetTenant200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeTenant implements api.StrictServerInterface.
func (h tenantHandlers) ChangeTenant(ctx context.Context, request api.ChangeTenantRequestObject) (api.ChangeTenantResponseObject, error) {
	member := caller(ctx)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, func(context.Context) (version, error) {
		return versionOfTenant(member.Tenant), nil
	})
	if err != nil {
		return nil, err
	}
	wanted := request.Body
	patch := tenant.SettingsPatch{
		Name:                    wanted.Name,
		AzureDevOpsOrganization: wanted.AzureDevopsOrganization,
		AdminEmail:              wanted.AdminEmail,
		BillingName:             wanted.BillingName,
		BillingAddress:          wanted.BillingAddress,
		TimeZone:                wanted.TimeZone,
		Currency:                wanted.Currency,
		OnStartWhileRunning:     retype[tenant.StartPolicy](wanted.OnStartWhileRunning),
		EditWindowDays:          wanted.EditWindowDays,
		AllowOverlap:            wanted.AllowOverlap,
		TeamObjection:           wanted.TeamObjection,
		WriteBack:               wanted.WriteBack,
		WriteBackStep:           (*int)(wanted.WriteBackStep),
		WriteBackRemaining:      wanted.WriteBackRemaining,
		JoinPolicy:              retype[tenant.JoinPolicy](wanted.JoinPolicy),
		WeekStart:               retype[calendar.WeekStart](wanted.WeekStart),
	}
	patch.LockAfterDays = zeroIfNull(wanted.LockAfterDays)
	patch.TimerLogDays = zeroIfNull(wanted.TimerLogDays)
	patch.ActionLogDays = zeroIfNull(wanted.ActionLogDays)
	logo, err := logoOf(wanted.Logo)
	if err != nil {
		return nil, err
	}
	patch.Logo = logo
	if wanted.DefaultActivityId != nil {
		activity := idOf[ids.Activity](*wanted.DefaultActivityId)
		patch.DefaultActivity = &activity
	}
	if wanted.AutoStopAfterMs != nil {
		after := time.Duration(*wanted.AutoStopAfterMs) * time.Millisecond
		patch.AutoStopAfter = &after
	}
	changed, err := h.tenants.ChangeTenant(ctx, member, expected.of(ids.Any(member.Tenant.ID)), patch, h.items.RenameOrganization)
	if err != nil {
		return nil, err
	}
	member.Tenant = changed
	body, err := h.details(ctx, member)
	if err != nil {
		return nil, err
	}
	return api.ChangeTenant200JSONResponse{Body: body, Headers: api.ChangeTenant200ResponseHeaders{ETag: &body.Etag}}, nil
}

// zeroIfNull is a number that a patch has, where null is none; nil when it says nothing of one.
func zeroIfNull(wanted api.Optional[int]) *int {
	if !wanted.Given || wanted.Value != nil {
		return wanted.Value
	}
	return new(int)
}

// logoOf is the picture that a patch has; nil when it says nothing of one.
func logoOf(wanted api.Optional[string]) (*[]byte, error) {
	if !wanted.Given {
		return nil, nil //nolint:nilnil // nothing is wanted
	}
	picture, err := base64.StdEncoding.DecodeString(emptyIfNil(wanted.Value))
	if err != nil {
		return nil, errs.Wrap(err, errs.Malformed, "field_invalid", "The request has a field with a wrong value.").
			WithField("/logo", "format", "must be base64")
	}
	return &picture, nil
}

// GetLogo implements api.StrictServerInterface.
func (h tenantHandlers) GetLogo(ctx context.Context, _ api.GetLogoRequestObject) (api.GetLogoResponseObject, error) {
	logo, err := h.tenants.Logo(ctx, caller(ctx))
	if err != nil || len(logo.Image) == 0 {
		return api.GetLogo200JSONResponse{}, err
	}
	picture := base64.StdEncoding.EncodeToString(logo.Image)
	return api.GetLogo200JSONResponse{
		MediaType: (*api.LogoMediaType)(&logo.MediaType), Image: &picture, Width: &logo.Width, Height: &logo.Height,
	}, nil
}

func apiTenant(t tenant.Tenant, now time.Time) api.Tenant {
	shown := api.Tenant{
		Id:                      t.ID.String(),
		Name:                    t.Name,
		Slug:                    t.Slug,
		AzureDevopsOrganization: t.AzureDevOpsOrganization,
		Currency:                t.Currency,
		Plan:                    api.TenantPlan(t.Plan),
		Status:                  api.TenantStatus(t.StatusAt(now)),
		Settings: api.TenantSettings{
			TimeZone:            t.Settings.TimeZone,
			OnStartWhileRunning: api.TenantSettingsOnStartWhileRunning(t.Settings.OnStartWhileRunning),
			AutoStopAfterMs:     t.Settings.AutoStopAfter.Milliseconds(),
			EditWindowDays:      t.Settings.EditWindowDays,
			AllowOverlap:        t.Settings.AllowOverlap,
			TeamObjection:       t.Settings.TeamObjection,
			WriteBack:           t.Settings.WriteBack,
			WriteBackStep:       api.WriteBackStep(t.Settings.WriteBackStep),
			WriteBackRemaining:  t.Settings.WriteBackRemaining,
			JoinPolicy:          api.JoinPolicy(t.Settings.JoinPolicy),
			WeekStart:           api.WeekStart(t.Settings.WeekStart),
			LockAfterDays:       nilIfZero(t.Settings.LockAfterDays),
			TimerLogDays:        nilIfZero(t.Settings.TimerLogDays),
			ActionLogDays:       nilIfZero(t.Settings.ActionLogDays),
			DefaultActivityId:   t.Settings.DefaultActivity.ID.String(),
		},
	}
	if t.Plan == plan.Trial {
		shown.TrialEndsAt = timestamp(t.TrialEndsAt)
	}
	return shown
}

// details is the member's tenant with its seats, and with whom to ask.
func (h tenantHandlers) details(ctx context.Context, m tenant.Member) (api.TenantDetails, error) {
	taken, err := h.tenants.Seats(ctx, m)
	if err != nil {
		return api.TenantDetails{}, err
	}
	toAsk, err := h.tenants.SuperAdmins(ctx, m)
	if err != nil {
		return api.TenantDetails{}, err
	}
	t := m.Tenant
	shown := api.TenantDetails{
		Tenant: apiTenant(t, h.now()), AdminEmail: t.AdminEmail, Seats: seats(taken), SuperAdmins: mapSlice(toAsk, userRef),
		Etag: versionOfTenant(t).entityTag(),
	}
	if m.User.Role.Allows(tenant.RoleAdmin) {
		shown.BillingName, shown.BillingAddress = &t.BillingName, &t.BillingAddress
	}
	return shown, nil
}

func seats(s tenant.Seats) api.Seats {
	shown := api.Seats{Taken: s.Taken}
	if s.Limited {
		shown.Limit = &s.Limit
	}
	return shown
}
