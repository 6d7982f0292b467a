package httpapi

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// reportFormats are the media types of a report, the preferred one first.
var reportFormats = []string{"application/json", "text/csv"}

// ReportTime implements api.StrictServerInterface.
func (s *server) ReportTime(ctx context.Context, request api.ReportTimeRequestObject) (api.ReportTimeResponseObject, error) {
	params := request.Params
	format, err := reportFormat(params.Format, exchangeOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	wanted, err := reportRequest(params)
	if err != nil {
		return nil, err
	}
	made, err := s.reports.Time(ctx, caller(ctx), wanted)
	if err != nil {
		return nil, err
	}
	if format == "text/csv" {
		return csvReport{report: made, name: fmt.Sprintf("time-%s-to-%s.csv", wanted.From, wanted.To)}, nil
	}
	return jsonReport{report: made}, nil
}

// reportFormat is the media type that the parameter names, or else the one that Accept prefers.
func reportFormat(parameter *api.ReportTimeParamsFormat, accept []string) (string, error) {
	if parameter != nil {
		if *parameter == api.Csv {
			return "text/csv", nil
		}
		return "application/json", nil
	}
	format, ok := negotiate(accept, reportFormats)
	if !ok {
		return "", errs.New(errs.NotAcceptable, "not_acceptable", "A report comes as application/json or text/csv.")
	}
	return format, nil
}

func reportRequest(params api.ReportTimeParams) (report.Request, error) {
	from, err := timer.ParseDay(params.From)
	if err != nil {
		return report.Request{}, dayInvalid(err, "from")
	}
	to, err := timer.ParseDay(params.To)
	if err != nil {
		return report.Request{}, dayInvalid(err, "to")
	}
	groupBy := string(report.Project)
	if params.GroupBy != nil {
		groupBy = *params.GroupBy
	}
	dimensions, err := report.ParseDimensions(groupBy)
	if err != nil {
		return report.Request{}, err
	}
	request := report.Request{
		From: from, To: to, GroupBy: dimensions,
		TimeZone: text(params.TimeZone), User: tenant.UserID(text(params.UserId)), Project: text(params.Project),
	}
	switch {
	case params.RoundToMinutes != nil:
		request.Rounding = report.Rounding{Minutes: *params.RoundToMinutes, Direction: report.Nearest}
		if params.Rounding != nil {
			request.Rounding.Direction = report.Direction(*params.Rounding)
		}
	case params.Rounding != nil:
		return report.Request{}, errs.New(errs.RuleBroken, "rounding_incomplete", "Rounding needs a number of minutes.").
			WithField("round_to_minutes", "missing", "is needed with rounding")
	}
	return request, nil
}

func dayInvalid(cause error, name string) error {
	return errs.Wrap(cause, errs.Malformed, "parameter_invalid", "The request has a parameter with a wrong value.").
		WithField(name, "format", formatDetail("date"))
}

// reportBuffer is how much of a report is collected before any of it is sent, in bytes.
const reportBuffer = 32 << 10

// stream sends the head of an answer with its first bytes. Until then a failure can still be answered as a problem;
// after it, server.fail aborts the connection, so that no part of a report is taken for the whole.
type stream struct {
	http.ResponseWriter
	header http.Header
	begun  bool
}

// Write sends a part of the answer.
func (s *stream) Write(data []byte) (int, error) {
	if !s.begun {
		s.begun = true
		header := s.Header()
		for name, values := range s.header {
			header[name] = values
		}
		s.WriteHeader(http.StatusOK)
	}
	return s.ResponseWriter.Write(data)
}

// send streams what write writes.
func send(w http.ResponseWriter, header http.Header, write func(io.Writer) error) error {
	buffer := bufio.NewWriterSize(&stream{ResponseWriter: w, header: header}, reportBuffer)
	if err := write(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

// csvReport is a report as CSV (RFC 4180).
type csvReport struct {
	report *report.Report
	name   string
}

// VisitReportTimeResponse implements api.ReportTimeResponseObject.
func (c csvReport) VisitReportTimeResponse(w http.ResponseWriter) error {
	header := http.Header{
		"Content-Type":        {"text/csv; charset=utf-8; header=present"},
		"Content-Disposition": {`attachment; filename="` + c.name + `"`},
		"Vary":                {"Accept"},
	}
	return send(w, header, func(out io.Writer) error { return report.WriteCSV(out, c.report) })
}

// jsonReport is a report as JSON. It is written as api.TimeReport would be, row by row.
type jsonReport struct {
	report *report.Report
}

// VisitReportTimeResponse implements api.ReportTimeResponseObject.
func (j jsonReport) VisitReportTimeResponse(w http.ResponseWriter) error {
	return send(w, http.Header{"Content-Type": {"application/json"}, "Vary": {"Accept"}}, j.write)
}

func (j jsonReport) write(out io.Writer) error {
	groupBy := make([]api.TimeReportGroupBy, len(j.report.GroupBy))
	for i, dimension := range j.report.GroupBy {
		groupBy[i] = api.TimeReportGroupBy(dimension)
	}
	head, err := json.Marshal(struct {
		From     api.Timestamp           `json:"from"`
		To       api.Timestamp           `json:"to"`
		TimeZone string                  `json:"time_zone"`
		GroupBy  []api.TimeReportGroupBy `json:"group_by"`
		Rounding string                  `json:"rounding"`
	}{
		From: api.Timestamp{Time: j.report.From}, To: api.Timestamp{Time: j.report.To},
		TimeZone: j.report.TimeZone, GroupBy: groupBy, Rounding: j.report.Rounding.String(),
	})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, `%s,"rows":[`, head[:len(head)-1]); err != nil {
		return err
	}
	var totals api.TimeReportTotals
	separator := ""
	for row, err := range j.report.Rows {
		if err != nil {
			return err
		}
		totals.ElapsedMs += row.ElapsedMS
		totals.NeedsReviewMs += row.ReviewMS
		line, err := json.Marshal(reportRow(row, j.report.GroupBy))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s\n%s", separator, line); err != nil {
			return err
		}
		separator = ","
	}
	sums, err := json.Marshal(totals)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "],\"totals\":%s}\n", sums)
	return err
}
