package httpapi

import (
	"context"
	"encoding/json"
	"io"

	"timetracker/api"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// proofHandlers serve the tenant's chain.
type proofHandlers struct {
	proof     *proof.Service
	documents documents
}

// ExportProof implements api.StrictServerInterface.
func (h proofHandlers) ExportProof(ctx context.Context, _ api.ExportProofRequestObject) (api.ExportProofResponseObject, error) {
	member := caller(ctx)
	if err := member.Require(tenant.RoleSuperAdmin); err != nil {
		return nil, err // without waiting for a turn
	}
	return h.documents.produce(ctx, savedFile(mediaLines, "chain-"+member.Tenant.Slug+".jsonl", func(w io.Writer) error {
		return h.proof.Export(ctx, member, w)
	}))
}

// GetProofStatus implements api.StrictServerInterface.
func (h proofHandlers) GetProofStatus(ctx context.Context, _ api.GetProofStatusRequestObject) (api.GetProofStatusResponseObject, error) {
	status, err := h.proof.Status(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.GetProofStatus200JSONResponse{
		Links: status.Head.Seq, Head: nilIfEmpty(status.Head.String()), SealedAt: timestamp(status.SealedAt),
		WaitingSince: timestamp(status.WaitingSince),
	}, nil
}

// VerifyProof implements api.StrictServerInterface. It takes as long as a report.
func (h proofHandlers) VerifyProof(ctx context.Context, request api.VerifyProofRequestObject) (api.VerifyProofResponseObject, error) {
	return h.documents.produce(ctx, jsonDocument(func(w io.Writer) error {
		report, err := h.proof.VerifyFor(ctx, caller(ctx), emptyIfNil(request.Params.Head))
		if err != nil {
			return err
		}
		return json.NewEncoder(w).Encode(proofReport(report))
	}))
}

func proofReport(r proof.Report) api.ProofVerification {
	shown := api.ProofVerification{
		Holds: r.Fault == nil, Links: r.Links, Head: nilIfEmpty(r.Head.String()), Erased: r.Erased, Expired: r.Expired,
		Unsealed: r.Unsealed, WaitingSince: timestamp(r.Oldest),
	}
	if r.Fault != nil {
		shown.Fault = &api.ProofFault{
			Reason: api.ProofFaultReason(r.Fault.Reason), Message: r.Fault.Reason.Explain(), Kind: nilIfEmpty(string(r.Fault.Kind)),
			RowId: nilIfEmpty(r.Fault.RowID.String()),
		}
		if r.Fault.Seq > 0 {
			shown.Fault.Link = &r.Fault.Seq
		}
	}
	return shown
}
