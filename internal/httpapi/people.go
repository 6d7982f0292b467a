package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// Directory finds people to invite.
type Directory interface {
	// Search finds at most 20 people of the directory by a part of their name or address, on behalf of whom the access token
	// speaks for. It refuses with errs.Forbidden, consent_required, where the organization has not consented, and with
	// errs.Unavailable, directory_unavailable, when it can't tell now.
	Search(ctx context.Context, directoryID, accessToken, text string) ([]tenant.DirectoryPerson, error)
}

// ListUsers implements api.StrictServerInterface.
func (s *server) ListUsers(ctx context.Context, request api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	shown := listOf(member.Tenant.ID, "users", params)
	page, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	users, next, taken, err := s.tenants.People(ctx, member, tenant.UserFilter{
		Search:       text(params.Search),
		Role:         tenant.Role(text(params.Role)),
		Status:       tenant.UserStatus(text(params.Status)),
		AuthProvider: tenant.AuthProvider(text(params.AuthProvider)),
		External:     params.External,
	}, page)
	if err != nil {
		return nil, err
	}
	return api.ListUsers200JSONResponse{
		Data: convert(users, tenantUser), Page: api.Page{NextCursor: shown.next(next)}, Seats: seats(taken),
	}, nil
}

// InviteUsers implements api.StrictServerInterface.
func (s *server) InviteUsers(ctx context.Context, request api.InviteUsersRequestObject) (api.InviteUsersResponseObject, error) {
	invited, err := s.tenants.Invite(ctx, caller(ctx), convert(request.Body.People, func(i api.Invitation) tenant.Invitation {
		return tenant.Invitation{Email: i.Email, Name: text(i.Name)}
	}))
	if err != nil {
		return nil, err
	}
	return api.InviteUsers201JSONResponse{Data: convert(invited, tenantUser)}, nil
}

// GetUser implements api.StrictServerInterface.
func (s *server) GetUser(ctx context.Context, request api.GetUserRequestObject) (api.GetUserResponseObject, error) {
	user, err := s.tenants.GetUser(ctx, caller(ctx), idOf[ids.User](request.Id))
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.GetUser200JSONResponse{Body: body, Headers: api.GetUser200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeUser implements api.StrictServerInterface.
func (s *server) ChangeUser(ctx context.Context, request api.ChangeUserRequestObject) (api.ChangeUserResponseObject, error) {
	member, id := caller(ctx), idOf[ids.User](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, s.readingUser(member, id))
	if err != nil {
		return nil, err
	}
	user, err := s.tenants.ChangeUser(ctx, member, id, expected.of(ids.Any(id)), tenant.UserPatch{
		Role: chosen[tenant.Role](request.Body.Role), Status: chosen[tenant.UserStatus](request.Body.Status),
	})
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.ChangeUser200JSONResponse{Body: body, Headers: api.ChangeUser200ResponseHeaders{ETag: &body.Etag}}, nil
}

// WithdrawUser implements api.StrictServerInterface.
func (s *server) WithdrawUser(ctx context.Context, request api.WithdrawUserRequestObject) (api.WithdrawUserResponseObject, error) {
	member, id := caller(ctx), idOf[ids.User](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, s.readingUser(member, id))
	if err != nil {
		return nil, err
	}
	if err := s.tenants.Withdraw(ctx, member, id, expected.of(ids.Any(id))); err != nil {
		return nil, err
	}
	return api.WithdrawUser204Response{}, nil
}

func (s *server) readingUser(member tenant.Member, id ids.User) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		user, err := s.tenants.GetUser(ctx, member, id)
		return versionOfUser(user), err
	}
}

// RenewInvitation implements api.StrictServerInterface.
func (s *server) RenewInvitation(ctx context.Context, request api.RenewInvitationRequestObject) (api.RenewInvitationResponseObject, error) {
	user, err := s.tenants.RenewInvitation(ctx, caller(ctx), idOf[ids.User](request.Id))
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.RenewInvitation200JSONResponse{Body: body, Headers: api.RenewInvitation200ResponseHeaders{ETag: &body.Etag}}, nil
}

// SearchDirectory implements api.StrictServerInterface.
func (s *server) SearchDirectory(ctx context.Context, request api.SearchDirectoryRequestObject) (api.SearchDirectoryResponseObject, error) {
	member := caller(ctx)
	if err := member.Require(tenant.RoleAdmin); err != nil {
		return nil, err
	}
	if s.directory == nil {
		return nil, errs.New(errs.Unavailable, "directory_unavailable",
			"The directory can't be searched here. Type the address instead.")
	}
	found, err := s.directory.Search(ctx, member.Tenant.DirectoryID.String(), callOf(ctx).token, request.Params.Search)
	if err != nil {
		return nil, err
	}
	return api.SearchDirectory200JSONResponse{Data: convert(found, func(p tenant.DirectoryPerson) api.DirectoryPerson {
		return api.DirectoryPerson{Name: p.Name, Email: p.Email}
	})}, nil
}
