package httpapi

import (
	"context"
	"strconv"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// importHandlers serve time from the exports of other products, for admins.
type importHandlers struct {
	imports *importer.Service
}

// reading gives the version that an import has now.
func (h importHandlers) reading(m tenant.Member, id ids.Import) func(context.Context) (version, error) {
	return func(ctx context.Context) (version, error) {
		i, _, err := h.imports.Get(ctx, m, id)
		return versionOfImport(i), err
	}
}

func versionOfImport(i importer.Import) version { return version{ids.Any(i.ID), i.Revision} }

// BeginImport implements api.StrictServerInterface.
func (h importHandlers) BeginImport(ctx context.Context, request api.BeginImportRequestObject) (api.BeginImportResponseObject, error) {
	wanted := request.Body
	begun, err := h.imports.Begin(ctx, caller(ctx), importer.Options{
		FileName: wanted.FileName, Format: importer.Format(emptyIfNil(wanted.Format)), TimeZone: emptyIfNil(wanted.TimeZone),
		DateOrder: importer.DateOrder(emptyIfNil(wanted.DateOrder)), Project: emptyIfNil(wanted.Project),
		Reason: emptyIfNil(wanted.Reason),
	})
	if err != nil {
		return nil, err
	}
	shown := shownImport(begun, nil)
	return api.BeginImport201JSONResponse{
		Body: shown, Headers: api.BeginImport201ResponseHeaders{ETag: &shown.Etag},
	}, nil
}

// PutImportPart implements api.StrictServerInterface.
func (h importHandlers) PutImportPart(ctx context.Context, request api.PutImportPartRequestObject) (api.PutImportPartResponseObject, error) {
	err := h.imports.PutPart(ctx, caller(ctx), idOf[ids.Import](request.Id), request.Number, request.Body.Text)
	if err != nil {
		return nil, err
	}
	return api.PutImportPart204Response{}, nil
}

// CheckImport implements api.StrictServerInterface.
func (h importHandlers) CheckImport(ctx context.Context, request api.CheckImportRequestObject) (api.CheckImportResponseObject, error) {
	checked, err := h.imports.Check(ctx, caller(ctx), idOf[ids.Import](request.Id), request.Body.Parts)
	if err != nil {
		return nil, err
	}
	shown := shownImport(checked, nil)
	return api.CheckImport200JSONResponse{
		Body: shown, Headers: api.CheckImport200ResponseHeaders{ETag: &shown.Etag},
	}, nil
}

// RunImport implements api.StrictServerInterface.
func (h importHandlers) RunImport(ctx context.Context, request api.RunImportRequestObject) (api.RunImportResponseObject, error) {
	id := idOf[ids.Import](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(caller(ctx), id))
	if err != nil {
		return nil, err
	}
	run, err := h.imports.Run(ctx, caller(ctx), id, expected.of(ids.Any(id)))
	if err != nil {
		return nil, err
	}
	shown := shownImport(run, nil)
	return api.RunImport200JSONResponse{Body: shown, Headers: api.RunImport200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// StopImport implements api.StrictServerInterface.
func (h importHandlers) StopImport(ctx context.Context, request api.StopImportRequestObject) (api.StopImportResponseObject, error) {
	id := idOf[ids.Import](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(caller(ctx), id))
	if err != nil {
		return nil, err
	}
	stopped, err := h.imports.Stop(ctx, caller(ctx), id, expected.of(ids.Any(id)))
	if err != nil {
		return nil, err
	}
	shown := shownImport(stopped, nil)
	return api.StopImport200JSONResponse{Body: shown, Headers: api.StopImport200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// UndoImport implements api.StrictServerInterface.
func (h importHandlers) UndoImport(ctx context.Context, request api.UndoImportRequestObject) (api.UndoImportResponseObject, error) {
	id := idOf[ids.Import](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(caller(ctx), id))
	if err != nil {
		return nil, err
	}
	undone, err := h.imports.Undo(ctx, caller(ctx), id, expected.of(ids.Any(id)))
	if err != nil {
		return nil, err
	}
	shown := shownImport(undone, nil)
	return api.UndoImport200JSONResponse{Body: shown, Headers: api.UndoImport200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// DiscardImport implements api.StrictServerInterface.
func (h importHandlers) DiscardImport(ctx context.Context, request api.DiscardImportRequestObject) (api.DiscardImportResponseObject, error) {
	id := idOf[ids.Import](request.Id)
	expected, err := expectedVersion(ctx, request.Params.IfMatch, h.reading(caller(ctx), id))
	if err != nil {
		return nil, err
	}
	if err := h.imports.Discard(ctx, caller(ctx), id, expected.of(ids.Any(id))); err != nil {
		return nil, err
	}
	return api.DiscardImport204Response{}, nil
}

// GetImport implements api.StrictServerInterface.
func (h importHandlers) GetImport(ctx context.Context, request api.GetImportRequestObject) (api.GetImportResponseObject, error) {
	found, problems, err := h.imports.Get(ctx, caller(ctx), idOf[ids.Import](request.Id))
	if err != nil {
		return nil, err
	}
	shown := shownImport(found, problems)
	return api.GetImport200JSONResponse{Body: shown, Headers: api.GetImport200ResponseHeaders{ETag: &shown.Etag}}, nil
}

// ListImports implements api.StrictServerInterface.
func (h importHandlers) ListImports(ctx context.Context, request api.ListImportsRequestObject) (api.ListImportsResponseObject, error) {
	member := caller(ctx)
	shown := newListing(member.Tenant.ID, "imports", nil)
	all, next, err := readPage(shown, request.Params.Cursor, request.Params.Limit,
		func(p page.Request) ([]importer.Import, page.Position, error) { return h.imports.List(ctx, member, p) })
	if err != nil {
		return nil, err
	}
	return api.ListImports200JSONResponse{
		Data: mapSlice(all, func(i importer.Import) api.Import { return shownImport(i, nil) }), Page: next,
	}, nil
}

// ListImportRows implements api.StrictServerInterface. A position is the number of a row, written as a name.
func (h importHandlers) ListImportRows(ctx context.Context, request api.ListImportRowsRequestObject) (api.ListImportRowsResponseObject, error) {
	member, outcome := caller(ctx), importer.Outcome(emptyIfNil(request.Params.Outcome))
	shown := newListing(member.Tenant.ID, "import-rows", []string{request.Id, string(outcome)})
	rows, next, err := readPage(shown, request.Params.Cursor, request.Params.Limit,
		func(p page.Request) ([]importer.CheckedRow, page.Position, error) {
			after := 0
			if p.After.Name != "" {
				var err error
				if after, err = strconv.Atoi(p.After.Name); err != nil {
					return nil, page.Position{}, errs.Wrap(err, errs.Malformed, "cursor_invalid", "This cursor does not belong to this list.")
				}
			}
			rows, next, err := h.imports.Rows(ctx, member, idOf[ids.Import](request.Id), outcome, after, p.Limit)
			if next == 0 {
				return rows, page.Position{}, err
			}
			return rows, page.Position{Name: strconv.Itoa(next)}, err
		})
	if err != nil {
		return nil, err
	}
	return api.ListImportRows200JSONResponse{Data: mapSlice(rows, shownRow), Page: next}, nil
}

func shownImport(i importer.Import, problems []importer.ProblemCount) api.Import {
	shown := api.Import{
		Id: i.ID.String(), FileName: i.FileName, State: api.ImportState(i.State), CreatedBy: userRef(i.CreatedBy),
		CreatedAt: api.Timestamp{Time: i.CreatedAt}, Format: nilIfEmpty(api.ImportFormat(i.Format)),
		TimeZone: nilIfEmpty(i.TimeZone), DateOrder: nilIfEmpty(api.ImportDateOrder(i.DateOrder)),
		Project: nilIfEmpty(i.Project), Reason: nilIfEmpty(i.Reason), Problem: importProblem(i.Problem), Rows: i.Rows,
		Problems: mapSlice(problems, func(p importer.ProblemCount) api.ImportProblemCount {
			return api.ImportProblemCount{Code: p.Code, Message: p.Detail, Rows: p.Rows}
		}),
		Etag: versionOfImport(i).entityTag(),
	}
	if done, total := i.Progress(); total > 0 {
		shown.Progress = &api.ImportProgress{Done: done, Total: total}
	}
	counts := &shown.Counts
	counts.New, counts.Known, counts.Refused = i.Counts[importer.New], i.Counts[importer.Known], i.Counts[importer.Refused]
	counts.Added, counts.Removed, counts.Kept = i.Counts[importer.Added], i.Counts[importer.Removed], i.Counts[importer.Kept]
	return shown
}

func importProblem(p importer.Problem) *api.ImportProblem {
	if p.Code == "" {
		return nil
	}
	return &api.ImportProblem{Code: p.Code, Message: p.Detail}
}

func shownRow(r importer.CheckedRow) api.ImportRow {
	shown := api.ImportRow{
		Number: r.Number, Outcome: api.ImportOutcome(r.Outcome), Problem: importProblem(r.Problem), Person: r.Person,
		StartedAt: timestamp(r.StartedAt), StoppedAt: timestamp(r.StoppedAt), Project: nilIfEmpty(r.Project),
		WorkItemId: nilIfEmpty(r.WorkItem), Title: nilIfEmpty(r.Title), Activity: nilIfEmpty(r.Activity), Billable: r.Billable,
		Note: nilIfEmpty(r.Note), TimeEntryId: nilIfEmpty(r.Entry.String()),
	}
	if r.Email != "" {
		shown.Person = r.Email
	}
	if r.Plan.Project != "" {
		shown.Project = &r.Plan.Project
	}
	return shown
}
