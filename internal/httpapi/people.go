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
	// Search finds at most 20 people of the directory by a part of their name or address. It asks on behalf of the
	// access token's person.
	//
	// It gives errs.Forbidden, consent_required, when the organization has not consented. It gives errs.Unauthenticated,
	// interaction_required, with an entra.ClaimsChallenge, when the person has to confirm the sign-in. It gives
	// errs.Unavailable, directory_unavailable, when it can't search now.
	Search(ctx context.Context, directoryID, accessToken, part string) ([]tenant.DirectoryPerson, error)
}

// peopleHandlers serve the tenant's people, invitations and the directory.
type peopleHandlers struct {
	tenants   *tenant.Service
	directory Directory // may be nil
}

// ListUsers implements api.StrictServerInterface.
func (h peopleHandlers) ListUsers(ctx context.Context, request api.ListUsersRequestObject) (api.ListUsersResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit = nil, nil
	shown := newListing(member.Tenant.ID, "users", params)
	page, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	users, next, taken, err := h.tenants.People(ctx, member, tenant.UserFilter{
		Search:       emptyIfNil(params.Search),
		Role:         tenant.Role(emptyIfNil(params.Role)),
		Status:       tenant.UserStatus(emptyIfNil(params.Status)),
		AuthProvider: tenant.AuthProvider(emptyIfNil(params.AuthProvider)),
		External:     params.External,
	}, page)
	if err != nil {
		return nil, err
	}
	return api.ListUsers200JSONResponse{
		Data: mapSlice(users, tenantUser), Page: api.Page{NextCursor: shown.next(next)}, Seats: seats(taken),
	}, nil
}

// InviteUsers implements api.StrictServerInterface.
func (h peopleHandlers) InviteUsers(ctx context.Context, request api.InviteUsersRequestObject) (api.InviteUsersResponseObject, error) {
	invited, err := h.tenants.Invite(ctx, caller(ctx), mapSlice(request.Body.People, func(i api.Invitation) tenant.Invitation {
		return tenant.Invitation{Email: i.Email, Name: emptyIfNil(i.Name)}
	}))
	if err != nil {
		return nil, err
	}
	return api.InviteUsers201JSONResponse{Data: mapSlice(invited, tenantUser)}, nil
}

// GetUser implements api.StrictServerInterface.
func (h peopleHandlers) GetUser(ctx context.Context, request api.GetUserRequestObject) (api.GetUserResponseObject, error) {
	user, err := h.tenants.GetUser(ctx, caller(ctx), idOf[ids.User](request.Id))
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.GetUser200JSONResponse{Body: body, Headers: api.GetUser200ResponseHeaders{ETag: &body.Etag}}, nil
}

// ChangeUser implements api.StrictServerInterface.
func (h peopleHandlers) ChangeUser(ctx context.Context, request api.ChangeUserRequestObject) (api.ChangeUserResponseObject, error) {
	member, id := caller(ctx), idOf[ids.User](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingUser(member, id))
	if err != nil {
		return nil, err
	}
	patch := tenant.UserPatch{
		Role: retype[tenant.Role](request.Body.Role), Status: retype[tenant.UserStatus](request.Body.Status),
	}
	if approver := request.Body.ApproverId; approver.Given {
		chosen := idOf[ids.User](emptyIfNil(approver.Value))
		patch.Approver = &chosen
	}
	user, err := h.tenants.ChangeUser(ctx, member, id, expected.of(ids.Any(id)), patch)
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.ChangeUser200JSONResponse{Body: body, Headers: api.ChangeUser200ResponseHeaders{ETag: &body.Etag}}, nil
}

// WithdrawUser implements api.StrictServerInterface.
func (h peopleHandlers) WithdrawUser(ctx context.Context, request api.WithdrawUserRequestObject) (api.WithdrawUserResponseObject, error) {
	member, id := caller(ctx), idOf[ids.User](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.readingUser(member, id))
	if err != nil {
		return nil, err
	}
	if err := h.tenants.Withdraw(ctx, member, id, expected.of(ids.Any(id))); err != nil {
		return nil, err
	}
	return api.WithdrawUser204Response{}, nil
}

func (h peopleHandlers) readingUser(member tenant.Member, id ids.User) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		user, err := h.tenants.GetUser(ctx, member, id)
		return versionOfUser(user), err
	}
}

// RenewInvitation implements api.StrictServerInterface.
func (h peopleHandlers) RenewInvitation(ctx context.Context, request api.RenewInvitationRequestObject) (api.RenewInvitationResponseObject, error) {
	user, err := h.tenants.RenewInvitation(ctx, caller(ctx), idOf[ids.User](request.Id))
	if err != nil {
		return nil, err
	}
	body := tenantUser(user)
	return api.RenewInvitation200JSONResponse{Body: body, Headers: api.RenewInvitation200ResponseHeaders{ETag: &body.Etag}}, nil
}

// SearchDirectory implements api.StrictServerInterface.
func (h peopleHandlers) SearchDirectory(ctx context.Context, request api.SearchDirectoryRequestObject) (api.SearchDirectoryResponseObject, error) {
	member := caller(ctx)
	if err := member.Require(tenant.RoleAdmin); err != nil {
		return nil, err
	}
	if h.directory == nil {
		return nil, errs.New(errs.Unavailable, "directory_unavailable",
			"The directory can't be searched here. Type the address instead.")
	}
	found, err := h.directory.Search(ctx, member.Tenant.DirectoryID.String(), callOf(ctx).token, request.Params.Search)
	if err != nil {
		return nil, err
	}
	return api.SearchDirectory200JSONResponse{Data: mapSlice(found, func(p tenant.DirectoryPerson) api.DirectoryPerson {
		return api.DirectoryPerson{Name: p.Name, Email: p.Email}
	})}, nil
}

func tenantUser(u tenant.User) api.TenantUser {
	shown := api.TenantUser{
		Id:            u.ID.String(),
		Name:          u.Name,
		Email:         u.Email,
		Role:          api.Role(u.Role),
		Status:        api.UserStatus(u.Status),
		AuthProvider:  api.AuthProvider(u.AuthProvider),
		External:      u.External,
		InvitedAt:     timestamp(u.InvitedAt),
		FirstSignInAt: timestamp(u.FirstSignInAt),
		LastSignInAt:  timestamp(u.LastSignInAt),
		CreatedAt:     api.Timestamp{Time: u.CreatedAt},
		Etag:          versionOfUser(u).entityTag(),
	}
	if u.ClaimedEmail != "" {
		shown.ClaimedEmail = &u.ClaimedEmail
	}
	if !u.InvitedBy.ID.IsZero() {
		invitedBy := userRef(u.InvitedBy)
		shown.InvitedBy = &invitedBy
	}
	if !u.Approver.ID.IsZero() {
		approver := userRef(u.Approver)
		shown.Approver = &approver
	}
	return shown
}
