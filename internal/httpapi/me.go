package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/telemetry"
	"timetracker/internal/tenant"
)

// GetMe implements api.StrictServerInterface.
func (s *server) GetMe(ctx context.Context, _ api.GetMeRequestObject) (api.GetMeResponseObject, error) {
	return api.GetMe200JSONResponse(me(caller(ctx), s.instant())), nil
}

// SignUp implements api.StrictServerInterface. With an Idempotency-Key, the receipt is kept in the transaction that
// creates the tenant and the user it belongs to; who repeats the request is that user by then.
func (s *server) SignUp(ctx context.Context, request api.SignUpRequestObject) (api.SignUpResponseObject, error) {
	e := exchangeOf(ctx)
	wanted := signUpRequest(*request.Body)
	if request.Params.IdempotencyKey == nil {
		member, err := s.tenants.SignUp(ctx, e.person, wanted)
		if err != nil {
			return nil, err
		}
		telemetry.SetTenant(ctx, member.Tenant.ID)
		return api.SignUp201JSONResponse(me(member, s.instant())), nil
	}

	c := claim{key: *request.Params.IdempotencyKey, hash: e.hash}
	var done answer
	err := s.keys.Tx(ctx, wanted.ID, func(ctx context.Context) error {
		member, err := s.tenants.SignUp(ctx, e.person, wanted)
		if err != nil {
			return err
		}
		c.tenant, c.user = member.Tenant.ID, member.User.ID
		if err := s.keys.ClaimKey(ctx, c.tenant, c.user, c.key, c.hash, s.instant()); err != nil {
			return err
		}
		done, err = s.complete(ctx, c, api.SignUp201JSONResponse(me(member, s.instant())))
		return err
	})
	if err == nil {
		telemetry.SetTenant(ctx, c.tenant)
		return done, nil
	}
	if errs.CodeOf(err) != "directory_taken" {
		return nil, err
	}
	member, ok, lookupErr := s.tenants.Known(ctx, e.person)
	if lookupErr != nil {
		return nil, lookupErr
	}
	if !ok || member.User.Status != tenant.UserActive {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	c.tenant, c.user = member.Tenant.ID, member.User.ID
	earlier, ok, replayErr := s.replay(ctx, c)
	if replayErr != nil {
		return nil, replayErr
	}
	if !ok {
		return nil, err
	}
	return earlier, nil
}

// RequestToJoin implements api.StrictServerInterface.
func (s *server) RequestToJoin(ctx context.Context, _ api.RequestToJoinRequestObject) (api.RequestToJoinResponseObject, error) {
	e := exchangeOf(ctx)
	member, err := s.tenants.RequestToJoin(ctx, e.person)
	if err != nil {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	return api.RequestToJoin202JSONResponse{
		Status: api.JoinRequestStatusRequested, TenantName: member.Tenant.Name, AdminEmail: member.Tenant.AdminEmail,
	}, nil
}
