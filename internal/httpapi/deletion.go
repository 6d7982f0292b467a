package httpapi

import (
	"context"
	"io"

	"timetracker/api"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
)

// deletionHandlers serve the end of the tenant, and what it takes along.
type deletionHandlers struct {
	removals  *privacy.Removals
	exports   *privacy.Exports
	documents documents
}

// ExportTenant implements api.StrictServerInterface.
func (h deletionHandlers) ExportTenant(ctx context.Context, _ api.ExportTenantRequestObject) (api.ExportTenantResponseObject, error) {
	member := caller(ctx)
	if err := member.Require(tenant.RoleSuperAdmin); err != nil {
		return nil, err // without waiting for a turn
	}
	file := savedFile(mediaZIP, "timetracker-"+member.Tenant.Slug+".zip", func(out io.Writer) error {
		return h.exports.Collect(ctx, member, out)
	})
	file.render = privacy.Pack
	return h.documents.produce(ctx, file)
}

// GetTenantDeletion implements api.StrictServerInterface.
func (h deletionHandlers) GetTenantDeletion(ctx context.Context, _ api.GetTenantDeletionRequestObject) (api.GetTenantDeletionResponseObject, error) {
	member := caller(ctx)
	found, err := h.removals.Deletion(ctx, member)
	return api.GetTenantDeletion200JSONResponse(tenantDeletion(member, found)), err
}

// AskTenantDeletion implements api.StrictServerInterface.
func (h deletionHandlers) AskTenantDeletion(ctx context.Context, request api.AskTenantDeletionRequestObject) (api.AskTenantDeletionResponseObject, error) {
	member := caller(ctx)
	asked, err := h.removals.AskForDeletion(ctx, member, request.Body.Slug)
	return api.AskTenantDeletion200JSONResponse(tenantDeletion(member, asked)), err
}

// ConfirmTenantDeletion implements api.StrictServerInterface.
func (h deletionHandlers) ConfirmTenantDeletion(ctx context.Context, _ api.ConfirmTenantDeletionRequestObject) (api.ConfirmTenantDeletionResponseObject, error) {
	member := caller(ctx)
	confirmed, err := h.removals.ConfirmDeletion(ctx, member)
	return api.ConfirmTenantDeletion200JSONResponse(tenantDeletion(member, confirmed)), err
}

// StopTenantDeletion implements api.StrictServerInterface.
func (h deletionHandlers) StopTenantDeletion(ctx context.Context, _ api.StopTenantDeletionRequestObject) (api.StopTenantDeletionResponseObject, error) {
	member := caller(ctx)
	left, err := h.removals.StopDeletion(ctx, member)
	return api.StopTenantDeletion200JSONResponse(tenantDeletion(member, left)), err
}

func tenantDeletion(m tenant.Member, d privacy.Deletion) api.TenantDeletion {
	shown := api.TenantDeletion{BeginsAt: timestamp(d.At)}
	if !d.AskedAt.IsZero() {
		shown.AskedAt = timestamp(d.AskedAt)
		if !d.AskedBy.ID.IsZero() {
			shown.AskedBy = &api.UserRef{Id: d.AskedBy.ID.String(), Name: d.AskedBy.Name}
		}
		shown.MayConfirm = d.AskedBy.ID != m.User.ID
	}
	return shown
}
