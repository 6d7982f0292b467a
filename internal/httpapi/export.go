package httpapi

import (
	"context"
	"io"
	"maps"
	"net/http"
	"strings"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/report/render"
	"timetracker/internal/spool"
)

const (
	mediaJSON = "application/json"
	mediaCSV  = "text/csv"
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	mediaPDF  = "application/pdf"
	mediaZIP  = "application/zip"
	// mediaLines is JSON, one value a line.
	mediaLines = "application/x-ndjson"
)

// offer is a form in which an answer comes.
type offer struct {
	name      string // of the parameter format
	mediaType string
}

var (
	offerJSON = offer{"json", mediaJSON}
	offerCSV  = offer{"csv", mediaCSV}
	offerXLSX = offer{"xlsx", mediaXLSX}
	offerPDF  = offer{"pdf", mediaPDF}
)

// wantsCSV says whether the answer is to be CSV instead of JSON.
func wantsCSV[F ~string](format *F, accept []string) (bool, error) {
	chosen, err := choose(format, accept, offerJSON, offerCSV)
	return chosen == offerCSV, err
}

// wantsPDF says whether the answer is to be PDF instead of JSON.
func wantsPDF[F ~string](format *F, accept []string) (bool, error) {
	chosen, err := choose(format, accept, offerJSON, offerPDF)
	return chosen == offerPDF, err
}

// choose gives the form that is wanted by the parameter format, or else by Accept. Between equals the earlier offer wins.
func choose[F ~string](format *F, accept []string, offers ...offer) (offer, error) {
	byType := map[string]offer{}
	var types []string
	for _, o := range offers {
		if format != nil && string(*format) == o.name {
			return o, nil
		}
		byType[o.mediaType], types = o, append(types, o.mediaType)
	}
	preferred, ok := negotiate(accept, types)
	if !ok {
		last := len(types) - 1
		return offer{}, errs.Newf(errs.NotAcceptable, "not_acceptable", "This comes as %s or %s.", strings.Join(types[:last], ", "), types[last])
	}
	return byType[preferred], nil
}

const (
	// exportPage is how many rows of a list are read at once for a file, so that memory does not grow with the list.
	exportPage = 500
	// maxExport is how many rows of a list one file has. The latest come first; a shorter range shows the others.
	maxExport = 100_000
)

// document is an answer that may be long, before it is made.
type document struct {
	header http.Header
	write  func(io.Writer) error
	// render makes what is sent of what was written, while it is sent. Without it they are the same.
	render func(io.Writer, io.ReadSeeker) error
}

func jsonDocument(write func(io.Writer) error) document {
	return document{header: http.Header{"Content-Type": {mediaJSON}, "Vary": {"Accept"}}, write: write}
}

// contentCSV is the type of a CSV file, with what RFC 4180 has it say.
const contentCSV = mediaCSV + "; charset=utf-8; header=present"

// csvFile is CSV (RFC 4180), to be saved under a name.
func csvFile(name string, write func(io.Writer) error) document {
	return savedFile(contentCSV, name, write)
}

// csvSeparators are what the contract calls them.
var csvSeparators = map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t'}

// csvStyle is how a CSV file is to be written.
func csvStyle[S ~string](separator *S) render.Style {
	return render.Style{Separator: csvSeparators[string(emptyIfNil(separator))]}
}

// fileStyle is how a CSV file with hours is to be written.
func fileStyle[S, D ~string](separator *S, decimal *D) render.Style {
	style := csvStyle(separator)
	if decimal != nil && *decimal == D(api.DecimalComma) {
		style.Decimal = render.Comma
	}
	return style
}

// savedFile is a file to be saved under a name.
func savedFile(contentType, name string, write func(io.Writer) error) document {
	return document{header: http.Header{
		"Content-Type":        {contentType},
		"Content-Disposition": {`attachment; filename="` + name + `"`},
		"Vary":                {"Accept"},
	}, write: write}
}

// documents makes the answers that may be long, few at the same time.
type documents struct {
	spooler *spool.Spooler
}

// produce makes an answer in the caller's turn. All of it is made before any is sent. So a failure is answered as a
// problem, and a client that reads slowly holds no connection to the database.
func (d documents) produce(ctx context.Context, planned document) (producedDocument, error) {
	member := caller(ctx)
	owner := spool.Owner{Tenant: member.Tenant.ID, User: member.User.ID}
	made, err := d.spooler.Make(ctx, owner, planned.write)
	return producedDocument{header: planned.header, body: made, render: planned.render}, err
}

// producedDocument is an answer that only needs to be sent.
type producedDocument struct {
	header http.Header
	body   *spool.Answer
	render func(io.Writer, io.ReadSeeker) error
}

// VisitReportTimeResponse implements api.ReportTimeResponseObject.
func (p producedDocument) VisitReportTimeResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitReportEntriesResponse implements api.ReportEntriesResponseObject.
func (p producedDocument) VisitReportEntriesResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitListTimerEventsResponse implements api.ListTimerEventsResponseObject.
func (p producedDocument) VisitListTimerEventsResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitListActionsResponse implements api.ListActionsResponseObject.
func (p producedDocument) VisitListActionsResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitListAuditEventsResponse implements api.ListAuditEventsResponseObject.
func (p producedDocument) VisitListAuditEventsResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitListBillingRecordsResponse implements api.ListBillingRecordsResponseObject.
func (p producedDocument) VisitListBillingRecordsResponse(w http.ResponseWriter) error {
	return p.send(w)
}

// VisitGetBillingRecordResponse implements api.GetBillingRecordResponseObject.
func (p producedDocument) VisitGetBillingRecordResponse(w http.ResponseWriter) error {
	return p.send(w)
}

// VisitGetStatementResponse implements api.GetStatementResponseObject.
func (p producedDocument) VisitGetStatementResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitExportProofResponse implements api.ExportProofResponseObject.
func (p producedDocument) VisitExportProofResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitExportTenantResponse implements api.ExportTenantResponseObject.
func (p producedDocument) VisitExportTenantResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitVerifyProofResponse implements api.VerifyProofResponseObject.
func (p producedDocument) VisitVerifyProofResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitExportMeResponse implements api.ExportMeResponseObject.
func (p producedDocument) VisitExportMeResponse(w http.ResponseWriter) error { return p.send(w) }

// send sends the answer and forgets it. When the client does not take all of it, server.fail aborts the connection, so
// that no part is taken for the whole.
func (p producedDocument) send(w http.ResponseWriter) error {
	defer p.body.Close()
	maps.Copy(w.Header(), p.header)
	w.WriteHeader(http.StatusOK)
	if p.render != nil {
		return p.render(w, p.body.Reader())
	}
	_, err := p.body.WriteTo(w)
	return err
}

// exportCSV is a list as CSV, read page by page while it is written. cells gives the records that one row of the list makes.
func exportCSV[T any](name string, style render.Style, head []string, read reader[T], cells func(T) [][]string) document {
	records := func(yield func([]string, error) bool) {
		request := page.Request{Limit: exportPage}
		for sent := 0; sent < maxExport; {
			rows, next, err := read(request)
			if err != nil {
				yield(nil, err)
				return
			}
			sent += len(rows)
			for _, row := range rows {
				for _, record := range cells(row) {
					if !yield(record, nil) {
						return
					}
				}
			}
			if next == (page.Position{}) {
				return
			}
			request.After = next
		}
	}
	return csvFile(name, func(out io.Writer) error { return render.WriteTable(out, style, head, records) })
}
