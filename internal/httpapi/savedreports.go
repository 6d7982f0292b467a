package httpapi

import (
	"context"

	"timetracker/api"
	"timetracker/internal/ids"
	"timetracker/internal/report"
)

// savedReportHandlers serve definitions of reports that people keep.
type savedReportHandlers struct {
	shelf *report.Shelf
}

// ListSavedReports implements api.StrictServerInterface.
func (h savedReportHandlers) ListSavedReports(ctx context.Context, _ api.ListSavedReportsRequestObject) (api.ListSavedReportsResponseObject, error) {
	all, err := h.shelf.List(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.ListSavedReports200JSONResponse{Data: mapSlice(all, savedReport)}, nil
}

// SaveReport implements api.StrictServerInterface.
func (h savedReportHandlers) SaveReport(ctx context.Context, request api.SaveReportRequestObject) (api.SaveReportResponseObject, error) {
	body := request.Body
	saved, err := h.shelf.Save(ctx, caller(ctx), body.Name, body.Shared != nil && *body.Shared, report.Definition(body.Definition))
	if err != nil {
		return nil, err
	}
	shown := savedReport(saved)
	return api.SaveReport201JSONResponse{Body: shown, Headers: api.SaveReport201ResponseHeaders{ETag: &shown.Etag}}, nil
}

// ChangeSavedReport implements api.StrictServerInterface.
func (h savedReportHandlers) ChangeSavedReport(ctx context.Context, request api.ChangeSavedReportRequestObject) (api.ChangeSavedReportResponseObject, error) {
	id := idOf[ids.SavedReport](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(id))
	if err != nil {
		return nil, err
	}
	patch := report.SavedPatch{Name: request.Body.Name, Shared: request.Body.Shared}
	if request.Body.Definition != nil {
		patch.Definition = report.Definition(*request.Body.Definition)
	}
	changed, err := h.shelf.Change(ctx, caller(ctx), id, expected.of(ids.Any(id)), patch)
	if err != nil {
		return nil, err
	}
	shown := savedReport(changed)
	return api.ChangeSavedReport200JSONResponse{Body: shown, Headers: api.ChangeSavedReport200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// DeleteSavedReport implements api.StrictServerInterface.
func (h savedReportHandlers) DeleteSavedReport(ctx context.Context, request api.DeleteSavedReportRequestObject) (api.DeleteSavedReportResponseObject, error) {
	id := idOf[ids.SavedReport](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(id))
	if err != nil {
		return nil, err
	}
	if err := h.shelf.Delete(ctx, caller(ctx), id, expected.of(ids.Any(id))); err != nil {
		return nil, err
	}
	return api.DeleteSavedReport204Response{}, nil
}

func (h savedReportHandlers) reading(id ids.SavedReport) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		saved, err := h.shelf.Get(ctx, caller(ctx), id)
		return versionOfSavedReport(saved), err
	}
}

func savedReport(s report.Saved) api.SavedReport {
	return api.SavedReport{
		Id: s.ID.String(), Name: s.Name, Shared: s.Shared, Owner: userRef(s.Owner), Definition: api.ReportDefinition(s.Definition),
		Etag: versionOfSavedReport(s).entityTag(),
	}
}
