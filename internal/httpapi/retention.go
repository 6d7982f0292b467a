package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/privacy"
)

// retentionHandlers serve what of a tenant ends by itself.
type retentionHandlers struct {
	retentions *privacy.Retentions
}

// GetRetention implements api.StrictServerInterface.
func (h retentionHandlers) GetRetention(ctx context.Context, _ api.GetRetentionRequestObject) (api.GetRetentionResponseObject, error) {
	report, err := h.retentions.Report(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.GetRetention200JSONResponse{Data: mapSlice(report, retainedClass)}, nil
}

func retainedClass(r privacy.Retained) api.RetainedClass {
	shown := api.RetainedClass{
		Class: api.RetainedClassClass(r.Class), Kept: "with_tenant", Days: nilIfZero(r.Days), Due: r.Due,
		RanAt: timestamp(r.Last.RanAt), RemovedAt: timestamp(r.Last.RemovedAt), Removed: nilIfZero(r.Last.Removed),
	}
	switch {
	case r.Days > 0:
		shown.Kept = "days"
	case r.Retention == privacy.SevenYears:
		shown.Kept = "seven_years"
	}
	return shown
}
