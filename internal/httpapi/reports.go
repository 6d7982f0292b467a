package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"timetracker/api"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi/contract"
	"timetracker/internal/report"
	"timetracker/internal/report/render"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// reportHandlers serve reports.
type reportHandlers struct {
	reports   *report.Service
	tenants   *tenant.Service
	documents documents
	printer   *render.Printer
	now       func() time.Time
}

// ReportTime implements api.StrictServerInterface.
func (h reportHandlers) ReportTime(ctx context.Context, request api.ReportTimeRequestObject) (api.ReportTimeResponseObject, error) {
	params := request.Params
	form, err := choose(params.Format, callOf(ctx).accept, offerJSON, offerCSV, offerXLSX, offerPDF)
	if err != nil {
		return nil, err
	}
	wanted, err := reportRequest(callOf(ctx).query)
	if err != nil {
		return nil, err
	}
	made, err := h.reports.Time(ctx, caller(ctx), wanted)
	if err != nil {
		return nil, err
	}
	planned, err := h.reportDocument(ctx, form, made, wanted.Filter, params)
	if err != nil {
		return nil, err
	}
	return h.documents.produce(ctx, planned)
}

// reportDocument is a report in one of its forms.
func (h reportHandlers) reportDocument(
	ctx context.Context, form offer, made *report.Report, filter report.Filter, params api.ReportTimeParams,
) (document, error) {
	name := fmt.Sprintf("time-%s-to-%s.%s", made.FirstDay, made.LastDay, form.name)
	switch form {
	case offerCSV:
		return reportCSV(made, fileStyle(params.Separator, params.Decimal), name), nil
	case offerXLSX:
		separate := params.Sheets != nil && *params.Sheets == api.First
		heading, err := h.heading(ctx, string(emptyIfNil(params.Language)), filter)
		if err != nil {
			return document{}, err
		}
		book, err := render.NewWorkbook(made, heading, separate)
		if err != nil {
			return document{}, err
		}
		return reportFile(mediaXLSX, name, made, book, book.Write), nil
	case offerPDF:
		heading, err := h.heading(ctx, string(emptyIfNil(params.Language)), filter)
		if err != nil {
			return document{}, err
		}
		printed := h.printer.Pages(made, heading)
		return savedFile(mediaPDF, name, func(out io.Writer) error {
			if err := render.AddRows(made.Rows, printed); err != nil {
				return err
			}
			return printed.Write(ctx, out)
		}), nil
	default:
		return jsonDocument(func(out io.Writer) error { return writeReport(out, made) }), nil
	}
}

// reportCSV is a report as CSV.
func reportCSV(made *report.Report, style render.Style, name string) document {
	hours := render.NewHours(made)
	return reportFile(contentCSV, name, made, hours, func(out io.Writer) error { return render.WriteCSV(out, made, hours, style) })
}

// reportFile is a report as a file. Its rows are kept until all are known, since a file has to say of all what it shows
// before them.
func reportFile(contentType, name string, made *report.Report, tally render.Tally, write func(io.Writer) error) document {
	file := savedFile(contentType, name, func(out io.Writer) error { return render.KeepRows(out, made.Rows, tally) })
	file.render = func(out io.Writer, kept io.ReadSeeker) error {
		made.Rows = render.ReadRows(kept)
		return write(out)
	}
	return file
}

// heading is what a file says beside its rows.
func (h reportHandlers) heading(ctx context.Context, language string, filter report.Filter) (render.Heading, error) {
	member := caller(ctx)
	narrowed, err := h.reports.Narrowed(ctx, member, filter)
	if err != nil {
		return render.Heading{}, err
	}
	logo, err := h.tenants.Logo(ctx, member)
	if err != nil {
		return render.Heading{}, err
	}
	shown, err := logo.Decode()
	return render.Heading{
		Organization: member.Tenant.Name, Language: render.Language(language), MadeAt: h.now(), Filters: narrowed, Logo: shown,
	}, err
}

// reportRequest reads what all operations on reports are asked for.
func reportRequest(query url.Values) (report.Request, error) {
	if zone := query.Get("time_zone"); strings.Contains(zone, " ") && calendar.CheckZone(strings.Replace(zone, " ", "+", 1)) == nil {
		return report.Request{}, errs.New(errs.RuleBroken, "time_zone_unknown", "This is not an IANA time zone, such as Europe/Berlin.").
			WithField("time_zone", "unknown", "must be an IANA time zone"+contract.PlusHint)
	}
	return report.ParseRequest(report.Values(query))
}

// writeReport writes a report as JSON, row by row, in the form of api.TimeReport.
func writeReport(out io.Writer, made *report.Report) error {
	groupBy := make([]api.TimeReportGroupBy, len(made.GroupBy))
	for i, dimension := range made.GroupBy {
		groupBy[i] = api.TimeReportGroupBy(dimension)
	}
	head, err := json.Marshal(struct {
		From      api.Timestamp           `json:"from"`
		To        api.Timestamp           `json:"to"`
		TimeZone  string                  `json:"time_zone"`
		GroupBy   []api.TimeReportGroupBy `json:"group_by"`
		WeekStart api.WeekStart           `json:"week_start,omitempty"`
		Rounding  string                  `json:"rounding"`
		Previous  *api.PreviousRange      `json:"previous,omitempty"`
	}{
		From: api.Timestamp{Time: made.From}, To: api.Timestamp{Time: made.To},
		TimeZone: made.TimeZone, WeekStart: api.WeekStart(made.WeekStart), GroupBy: groupBy, Rounding: made.Rounding.String(),
		Previous: previousRange(made.Previous),
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `%s,"rows":[`, head[:len(head)-1]); err != nil {
		return err
	}
	totals, separator := newReportTotals(made), ""
	for row, err := range made.Rows {
		if err != nil {
			return err
		}
		totals.add(row)
		shown := reportRow(row, made.GroupBy)
		if made.Previous != nil {
			shown.PreviousMs = &row.PreviousMS
		}
		line, err := json.Marshal(shown)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n%s", separator, line); err != nil {
			return err
		}
		separator = ","
	}
	totals.LeftOut = nilIfZero(made.LeftOut)
	sums, err := json.Marshal(totals.against(made.Target))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "],\"totals\":%s}\n", sums)
	return err
}

// reportTotals are the sums of a report's rows.
type reportTotals struct {
	api.TimeReportTotals

	adjusted int64
}

func newReportTotals(made *report.Report) *reportTotals {
	totals := &reportTotals{TimeReportTotals: api.TimeReportTotals{BillableMs: new(int64)}}
	if made.Previous != nil {
		totals.PreviousMs = new(int64)
	}
	return totals
}

func (t *reportTotals) add(row report.Row) {
	t.ElapsedMs += row.ElapsedMS
	*t.BillableMs += row.BillableMS
	t.NeedsReviewMs += row.ReviewMS
	if t.adjusted += row.AdjustedMS; row.AdjustedMS != 0 {
		t.AdjustedMs = &t.adjusted
	}
	if t.PreviousMs != nil {
		*t.PreviousMs += row.PreviousMS
	}
}

// against holds the sums against a target, if there is one.
func (t *reportTotals) against(target *report.Target) api.TimeReportTotals {
	if target != nil {
		missing, excess := target.Missing(t.ElapsedMs), target.Excess(t.ElapsedMs)
		t.TargetMs, t.MissingMs, t.ExcessMs = &target.MS, &missing, &excess
	}
	return t.TimeReportTotals
}

// previousRange is what a report is compared with; nil for none.
func previousRange(previous *report.Previous) *api.PreviousRange {
	if previous == nil {
		return nil
	}
	return &api.PreviousRange{
		From: api.Timestamp{Time: previous.From}, To: api.Timestamp{Time: previous.To},
		FirstDay: previous.FirstDay.String(), LastDay: previous.LastDay.String(), Basis: api.PreviousRangeBasis(previous.Basis),
	}
}

// reportRow shows the fields of the report's dimensions.
func reportRow(row report.Row, groupBy []report.Dimension) api.TimeReportRow {
	shown := api.TimeReportRow{ElapsedMs: row.ElapsedMS, BillableMs: &row.BillableMS, NeedsReviewMs: row.ReviewMS, Entries: row.Entries}
	if row.AdjustedMS != 0 {
		shown.AdjustedMs = &row.AdjustedMS
	}
	if !row.From.IsZero() {
		shown.From, shown.To = &api.Timestamp{Time: row.From}, &api.Timestamp{Time: row.To}
	}
	for _, dimension := range groupBy {
		switch dimension {
		case report.Day:
			shown.Day = nilIfEmpty(row.PeriodName)
		case report.Week:
			shown.Week = nilIfEmpty(row.PeriodName)
		case report.Month:
			shown.Month = nilIfEmpty(row.PeriodName)
		case report.Quarter:
			shown.Quarter = nilIfEmpty(row.PeriodName)
		case report.Site:
			shown.Site = &api.Site{Id: row.Site.ID.String(), Tracker: string(row.Site.Tracker), Name: row.Site.Name}
		case report.Project:
			shown.Project = &api.ProjectRef{
				Id: row.Project.ID.String(), SiteId: row.Site.ID.String(),
				Tracker: string(row.Site.Tracker), Organization: row.Site.Name, Name: row.Project.Name,
			}
		case report.User:
			user := userRef(row.User)
			shown.User = &user
		case report.WorkItem:
			shown.WorkItem = reportItem(row.WorkItem)
		case report.Parent:
			shown.Parent = reportItem(row.Parent)
		case report.Activity:
			shown.Activity = &api.ActivityRef{Id: row.Activity.ID.String(), Name: row.Activity.Name}
		case report.Billable:
			shown.Billable = &row.Billable
		case report.Type:
			if row.Type != "" {
				shown.Type = &row.Type
			}
		}
	}
	return shown
}

// reportItem is a work item that the rows' dimension has; nil for none.
func reportItem(item workitem.WorkItem) *api.WorkItem {
	if item.ID.IsZero() {
		return nil
	}
	shown := seenWorkItem(item)
	return &shown
}
