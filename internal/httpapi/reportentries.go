package httpapi

import (
	"context"
	"fmt"
	"io"

	"timetracker/api"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/tenant"
)

// ReportEntries implements api.StrictServerInterface.
func (h reportHandlers) ReportEntries(ctx context.Context, request api.ReportEntriesRequestObject) (api.ReportEntriesResponseObject, error) {
	params := request.Params
	form, err := choose(params.Format, callOf(ctx).accept, offerJSON, offerCSV, offerXLSX, offerPDF)
	if err != nil {
		return nil, err
	}
	wanted, err := reportRequest(callOf(ctx).query)
	if err != nil {
		return nil, err
	}
	if form == offerJSON {
		return h.entriesPage(ctx, wanted, params)
	}
	list, err := h.reports.Entries(ctx, caller(ctx), wanted, page.Request{})
	if err != nil {
		return nil, err
	}
	heading, err := h.heading(ctx, string(emptyIfNil(params.Language)), wanted.Filter)
	if err != nil {
		return nil, err
	}
	return h.documents.produce(ctx, h.entriesDocument(ctx, form, list, heading, params))
}

// entriesPage is a page of the entries as JSON.
func (h reportHandlers) entriesPage(ctx context.Context, wanted report.Request, params api.ReportEntriesParams) (api.ReportEntriesResponseObject, error) {
	member := caller(ctx)
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format = nil, nil, nil
	shown := newListing(member.Tenant.ID, "report-entries", params)
	part, err := shown.page(cursor, limit)
	if err != nil {
		return nil, err
	}
	list, err := h.reports.Entries(ctx, member, wanted, part)
	if err != nil {
		return nil, err
	}
	answer := api.ReportEntries200JSONResponse{
		From: api.Timestamp{Time: list.From}, To: api.Timestamp{Time: list.To}, TimeZone: list.TimeZone, Rounding: list.Rounding.String(),
		Data: []api.ReportEntry{},
	}
	for p, err := range list.Parts {
		if err != nil {
			return nil, err
		}
		answer.Data = append(answer.Data, reportEntry(member, p))
	}
	answer.Page = api.Page{NextCursor: shown.next(list.Next)}
	return answer, nil
}

// reportEntry is a part as the API shows it to a member.
func reportEntry(m tenant.Member, p report.Part) api.ReportEntry {
	shown := api.ReportEntry{ElapsedMs: p.ElapsedMS, NeedsReviewMs: p.ReviewMS, Approved: p.Approved}
	e := p.Entry
	if !p.Adjusts() {
		entry := timeEntry(m, e, e.StoppedAt)
		shown.TimeEntry, shown.StartedAt, shown.StoppedAt = &entry, timestamp(p.From), timestamp(p.To)
		return shown
	}
	a := p.Adjustment
	shown.Adjustment = &api.ReportAdjustment{
		Id: a.ID.String(), User: userRef(e.User), ForDay: a.ForDay.String(), Day: a.Day.String(),
		WorkItem: workItemOfEntry(m, e.WorkItem), Project: projectOfEntry(e.WorkItem),
		Activity: api.ActivityRef{Id: e.Activity.ID.String(), Name: e.Activity.Name}, Billable: e.Billable, Reason: a.Reason,
		EntryId: nilIfEmpty(a.Entry.String()),
	}
	return shown
}

// entriesDocument is a list of entries as a file.
func (h reportHandlers) entriesDocument(
	ctx context.Context, form offer, list *report.Entries, heading render.Heading, params api.ReportEntriesParams,
) document {
	name := fmt.Sprintf("entries-%s-to-%s.%s", list.FirstDay, list.LastDay, form.name)
	switch form {
	case offerXLSX:
		book := render.NewEntriesWorkbook(heading)
		return entriesFile(mediaXLSX, name, list, book, book.Write)
	case offerPDF:
		printed := h.printer.EntryPages(list, heading)
		return savedFile(mediaPDF, name, func(out io.Writer) error {
			for p, err := range list.Parts {
				if err != nil {
					return err
				}
				if err := printed.Add(p); err != nil {
					return err
				}
			}
			return printed.Write(ctx, out)
		})
	default:
		table := render.NewEntriesCSV()
		style := fileStyle(params.Separator, params.Decimal)
		return entriesFile(contentCSV, name, list, table, func(out io.Writer, list *report.Entries) error { return table.Write(out, list, style) })
	}
}

// entriesFile is a list of entries as a file, whose entries are kept until all are known.
func entriesFile(
	contentType, name string, list *report.Entries, tally render.PartTally, write func(io.Writer, *report.Entries) error,
) document {
	file := savedFile(contentType, name, func(out io.Writer) error { return render.KeepParts(out, list, tally) })
	file.render = func(out io.Writer, kept io.ReadSeeker) error { return write(out, render.ReadParts(kept, list)) }
	return file
}
