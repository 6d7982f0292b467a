package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/telemetry"
)

// GetMe implements api.StrictServerInterface.
func (s *server) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	return api.GetMe200JSONResponse(me(caller(ctx), s.instant())), nil
}

// SignUp implements api.StrictServerInterface.
func (s *server) SignUp(ctx context.Context, request api.SignUpRequestObject) (api.SignUpResponseObject, error) {
	c := callOf(ctx)
	wanted := signUpRequest(*request.Body)
	if !c.newTenant.IsZero() {
		wanted.ID = c.newTenant
	}
	member, err := s.tenants.SignUp(ctx, c.person, wanted)
	if err != nil {
		return nil, err
	}
	c.signIn(ctx, member)
	return api.SignUp201JSONResponse(me(member, s.instant())), nil
}

// RequestToJoin implements api.StrictServerInterface.
func (s *server) RequestToJoin(ctx context.Context, _ api.RequestToJoinRequestObject) (api.RequestToJoinResponseObject, error) {
	c := callOf(ctx)
	member, err := s.tenants.RequestToJoin(ctx, c.person)
	if err != nil {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	return api.RequestToJoin202JSONResponse{
		Status: api.JoinRequestStatusRequested, TenantName: member.Tenant.Name, AdminEmail: member.Tenant.AdminEmail,
	}, nil
}
