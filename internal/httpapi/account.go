package httpapi

import (
	"context"
	"time"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
)

// accountHandlers serve the caller, signing up and asking to join.
type accountHandlers struct {
	tenants *tenant.Service
	now     func() time.Time
}

// GetMe implements api.StrictServerInterface.
func (h accountHandlers) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	return api.GetMe200JSONResponse(me(caller(ctx), h.now())), nil
}

// SignUp implements api.StrictServerInterface.
func (h accountHandlers) SignUp(ctx context.Context, request api.SignUpRequestObject) (api.SignUpResponseObject, error) {
	c := callOf(ctx)
	wanted := signUpRequest(*request.Body)
	if !c.newTenant.IsZero() {
		wanted.ID = c.newTenant
	}
	member, err := h.tenants.SignUp(ctx, c.person, wanted)
	if err != nil {
		return nil, err
	}
	c.signIn(ctx, member)
	return api.SignUp201JSONResponse(me(member, h.now())), nil
}

// RequestToJoin implements api.StrictServerInterface.
func (h accountHandlers) RequestToJoin(ctx context.Context, _ api.RequestToJoinRequestObject) (api.RequestToJoinResponseObject, error) {
	c := callOf(ctx)
	member, err := h.tenants.RequestToJoin(ctx, c.person)
	if err != nil {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	return api.RequestToJoin202JSONResponse{
		Status: api.JoinRequestStatusRequested, TenantName: member.Tenant.Name, AdminEmail: member.Tenant.AdminEmail,
	}, nil
}

func me(m tenant.Member, now time.Time) api.Me {
	return api.Me{
		User: api.User{
			Id:       m.User.ID.String(),
			Name:     m.User.Name,
			Email:    m.User.Email,
			Role:     api.Role(m.User.Role),
			TimeZone: m.TimeZone(),
			External: m.User.External,
		},
		Tenant:     apiTenant(m.Tenant, now),
		ServerTime: api.Timestamp{Time: now},
	}
}

func signUpRequest(body api.SignUp) tenant.SignUpRequest {
	return tenant.SignUpRequest{
		ID:                      ids.New[ids.Tenant](),
		Name:                    body.Name,
		Slug:                    body.Slug,
		AzureDevOpsOrganization: body.AzureDevopsOrganization,
		AdminEmail:              body.AdminEmail,
		TimeZone:                emptyIfNil(body.TimeZone),
		Currency:                emptyIfNil(body.Currency),
	}
}
