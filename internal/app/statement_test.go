package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/page"
	"timetracker/internal/proof"
)

// TestRebuild makes a statement of an export alone: it is, byte for byte, what the product prints.
func TestRebuild(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	w.Buy(t, ada, "timetracker", "team", 20)
	ada = w.Again(t, ada)
	w.Save(t, ada, domaintest.Entry(ada, domaintest.Item(1), w.Clock.Now().Add(-time.Hour), w.Clock.Now()))
	w.Clock.Set(time.Date(2026, 12, 1, 0, 5, 0, 0, time.UTC))
	if err := w.Billing.Bill(t.Context(), calendar.Month{Year: 2026, Month: time.November}, billing.Options{}); err != nil {
		t.Fatal(err)
	}
	records, _, err := w.Billing.Records(t.Context(), ada, billing.RecordFilter{Kind: billing.Monthly}, page.Request{Limit: 10})
	if err != nil || len(records) != 1 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	number := records[0].Statement.String()
	if made, err := w.Billing.Statement(t.Context(), ada, number); err != nil || made.Seal != "" {
		t.Errorf("before it is sealed, the statement is sealed as %q, %v", made.Seal, err)
	}
	chains := proof.NewService(w.Store, w.Clock.Now)
	if err := chains.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	var printed, exported bytes.Buffer
	made, err := w.Billing.Statement(t.Context(), ada, number)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Billing.Print(t.Context(), &printed, made); err != nil {
		t.Fatal(err)
	}
	if err := chains.Export(t.Context(), ada, &exported); err != nil {
		t.Fatal(err)
	}

	directory := t.TempDir()
	file, pdf := filepath.Join(directory, "chain.jsonl"), filepath.Join(directory, "statement.pdf")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(exported.String())
	rebuild := func(r app.Rebuilding) (string, error) {
		r.Export, r.Fonts = file, directory
		var out bytes.Buffer
		err := app.Rebuild(r, &out)
		return out.String(), err
	}
	out, err := rebuild(app.Rebuilding{})
	if err != nil {
		t.Fatal(err)
	}
	checkBill(t, out, `^STATEMENT +MONTH +KIND +TOTAL +CURRENCY +CUSTOMER\n`+number+` +2026-11 +monthly +180\.00 +USD +"Contoso"\n$`)
	if out, err = rebuild(app.Rebuilding{Number: number, Out: pdf}); err != nil || out != pdf+"\n" {
		t.Fatalf("%q, %v", out, err)
	}
	rebuilt, err := os.ReadFile(pdf)
	if err != nil || !bytes.Equal(rebuilt, printed.Bytes()) {
		t.Errorf("the rebuilt statement has %d bytes, the printed one %d, or they differ: %v", len(rebuilt), printed.Len(), err)
	}
	if _, err := rebuild(app.Rebuilding{Number: "TT-2026-000099"}); err == nil || !strings.Contains(err.Error(), "no statement TT-2026-000099") {
		t.Errorf("a statement that isn't there: %v", err)
	}

	var report bytes.Buffer
	if err := app.VerifyExport(app.Verification{Export: file}, &report); err != nil {
		t.Fatal(err)
	}
	checkBill(t, report.String(), `^tenant +"Contoso" \([-0-9a-f]{36}\), exported 2026-12-01T00:05:00Z\nchain +holds\n`)
	if err := app.VerifyExport(app.Verification{Export: file, Head: made.Seal}, &report); err != nil {
		t.Errorf("the chain of what the statement is sealed as (%s): %v", made.Seal, err)
	}
	write(strings.Replace(exported.String(), `["total_minor","integer",18000]`, `["total_minor","integer",1800]`, 1))
	if _, err := rebuild(app.Rebuilding{Number: number, Out: pdf}); err == nil || !strings.Contains(err.Error(), "does not hold: link") {
		t.Errorf("a statement of another amount: %v", err)
	}
	if err := app.VerifyExport(app.Verification{Export: file}, &report); err == nil || !strings.Contains(report.String(), "The row was altered") {
		t.Errorf("an export of another amount: %v", err)
	}
}
