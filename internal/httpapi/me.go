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
	c := callOf(ctx)
	wanted := signUpRequest(*request.Body)
	if request.Params.IdempotencyKey == nil {
		member, err := s.tenants.SignUp(ctx, c.person, wanted)
		if err != nil {
			return nil, err
		}
		telemetry.SetTenant(ctx, member.Tenant.ID)
		return api.SignUp201JSONResponse(me(member, s.instant())), nil
	}

	k := claim{key: *request.Params.IdempotencyKey, hash: c.hash}
	var done answer
	err := s.keys.Tx(ctx, wanted.ID, func(ctx context.Context) error {
		member, err := s.tenants.SignUp(ctx, c.person, wanted)
		if err != nil {
			return err
		}
		k.tenant, k.user = member.Tenant.ID, member.User.ID
		if err := s.keys.ClaimKey(ctx, k.tenant, k.user, k.key, k.hash, s.instant()); err != nil {
			return err
		}
		done, err = s.complete(ctx, k, api.SignUp201JSONResponse(me(member, s.instant())))
		return err
	})
	if err == nil {
		telemetry.SetTenant(ctx, k.tenant)
		return done, nil
	}
	if errs.CodeOf(err) != "directory_taken" {
		return nil, err
	}
	member, ok, lookupErr := s.tenants.Known(ctx, c.person)
	if lookupErr != nil {
		return nil, lookupErr
	}
	if !ok || member.User.Status != tenant.UserActive {
		return nil, err
	}
	telemetry.SetTenant(ctx, member.Tenant.ID)
	k.tenant, k.user = member.Tenant.ID, member.User.ID
	earlier, ok, replayErr := s.replay(ctx, k)
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
