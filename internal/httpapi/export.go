package httpapi

import (
	"bufio"
	"io"
	"net/http"

	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/report"
)

const (
	mediaJSON = "application/json"
	mediaCSV  = "text/csv"
	mediaPDF  = "application/pdf"
)

// wantsCSV says whether the answer is to be CSV instead of JSON: by the parameter format, or else by Accept.
func wantsCSV[F ~string](format *F, accept []string) (bool, error) {
	return wants(mediaCSV, "csv", format, accept)
}

// wantsPDF says whether the answer is to be PDF instead of JSON: by the parameter format, or else by Accept.
func wantsPDF[F ~string](format *F, accept []string) (bool, error) {
	return wants(mediaPDF, "pdf", format, accept)
}

func wants[F ~string](mediaType string, name F, format *F, accept []string) (bool, error) {
	if format != nil {
		return *format == name, nil
	}
	preferred, ok := negotiate(accept, []string{mediaJSON, mediaType})
	if !ok {
		return false, errs.Newf(errs.NotAcceptable, "not_acceptable", "This comes as application/json or %s.", mediaType)
	}
	return preferred == mediaType, nil
}

const (
	// exportPage is how many rows of a list are read at once for a file, so that memory does not grow with the list.
	exportPage = 500
	// maxExport is how many rows of a list one file has. The latest come first; a shorter range shows the others.
	maxExport = 100_000
)

// streamBuffer is how much of an answer is collected before any of it is sent, in bytes.
const streamBuffer = 32 << 10

// stream sends the head of an answer with its first bytes. Until then a failure can still be answered as a problem. After it
// server.fail aborts the connection, so that no part of an answer is taken for the whole.
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
	buffer := bufio.NewWriterSize(&stream{ResponseWriter: w, header: header}, streamBuffer)
	if err := write(buffer); err != nil {
		return err
	}
	return buffer.Flush()
}

// csvFile is an answer in CSV (RFC 4180), to be saved under a name.
type csvFile struct {
	name  string
	write func(io.Writer) error
}

// VisitReportTimeResponse implements api.ReportTimeResponseObject.
func (f csvFile) VisitReportTimeResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitListTimerEventsResponse implements api.ListTimerEventsResponseObject.
func (f csvFile) VisitListTimerEventsResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitListActionsResponse implements api.ListActionsResponseObject.
func (f csvFile) VisitListActionsResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitListAuditEventsResponse implements api.ListAuditEventsResponseObject.
func (f csvFile) VisitListAuditEventsResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitListBillingRecordsResponse implements api.ListBillingRecordsResponseObject.
func (f csvFile) VisitListBillingRecordsResponse(w http.ResponseWriter) error { return f.send(w) }

// VisitGetBillingRecordResponse implements api.GetBillingRecordResponseObject.
func (f csvFile) VisitGetBillingRecordResponse(w http.ResponseWriter) error { return f.send(w) }

func (f csvFile) send(w http.ResponseWriter) error {
	return sendFile(w, mediaCSV+"; charset=utf-8; header=present", f.name, f.write)
}

// sendFile streams a file to be saved under a name.
func sendFile(w http.ResponseWriter, contentType, name string, write func(io.Writer) error) error {
	return send(w, http.Header{
		"Content-Type":        {contentType},
		"Content-Disposition": {`attachment; filename="` + name + `"`},
		"Vary":                {"Accept"},
	}, write)
}

// exportCSV is a list as CSV, read page by page while it is sent. cells gives the records that one row of the list makes.
func exportCSV[T any](name string, head []string, read reader[T], cells func(T) [][]string) csvFile {
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
	return csvFile{name: name, write: func(out io.Writer) error { return report.WriteTable(out, head, records) }}
}
