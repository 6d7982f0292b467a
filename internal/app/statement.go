package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"timetracker/internal/billing"
	"timetracker/internal/ids"
	"timetracker/internal/money"
	"timetracker/internal/pdf"
	"timetracker/internal/proof"
)

// Rebuilding is what `timetracker statement` makes of an export.
type Rebuilding struct {
	Export string // the file
	Number string // of the statement; empty: all of them are listed
	Out    string // the file to write; empty: the number's name in the current directory
	Fonts  string // directories, as PATH has them; empty: the system's
}

// Rebuild makes a statement of a tenant's export alone, or lists those that are in it. It needs neither the database nor a
// server, and refuses an export whose chain does not hold.
func Rebuild(r Rebuilding, out io.Writer) error {
	records, err := r.records()
	if err != nil {
		return err
	}
	if r.Number == "" {
		return listStatements(records, out)
	}
	for _, record := range records {
		if record.Statement.String() == r.Number {
			made := billing.NewStatement(record.Record)
			made.Seal = record.seal
			return r.write(made, out)
		}
	}
	return fmt.Errorf("the export has no statement %s", r.Number)
}

// sealedRecord is a billing record with its link in the chain.
type sealedRecord struct {
	billing.Record

	seal string
}

// records are those of an export that have a statement, in the order in which they were made.
func (r Rebuilding) records() (records []sealedRecord, err error) {
	var failed error
	_, report, err := verifyFile(r.Export, func(s proof.Sealed) {
		if s.Link.Kind != proof.BillingRecord || s.Fields == nil {
			return
		}
		columns := map[string]any{}
		for _, field := range append(s.Fields.Public, s.Fields.Personal...) {
			columns[field.Name] = field.Value
		}
		record, err := billing.Rebuild(ids.BillingRecord(s.Link.RowID), columns)
		failed = errors.Join(failed, err)
		if record.Statement != (billing.StatementNumber{}) {
			records = append(records, sealedRecord{record, proof.Head{Seq: s.Link.Seq, Hash: s.Link.Hash}.String()})
		}
	})
	if err == nil && report.Fault != nil {
		err = fmt.Errorf("the export's chain does not hold: %s", report.Fault)
	}
	return records, errors.Join(err, failed)
}

// verifyFile verifies an export.
func verifyFile(name string, each func(proof.Sealed), kept ...proof.Head) (proof.Header, proof.Report, error) {
	file, err := os.Open(name) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return proof.Header{}, proof.Report{}, err
	}
	defer file.Close()
	return proof.VerifyExport(file, each, kept...)
}

func listStatements(records []sealedRecord, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STATEMENT\tMONTH\tKIND\tTOTAL\tCURRENCY\tCUSTOMER")
	for _, r := range records {
		total := "unknown"
		if r.ChargeKnown() {
			total = money.Format(r.TotalMinor, r.Currency)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%q\n", r.Statement, r.Month, r.Kind, total, r.Currency, r.Customer)
	}
	return table.Flush()
}

// write writes the statement as PDF.
func (r Rebuilding) write(s billing.Statement, out io.Writer) (err error) {
	directories := pdf.SystemDirectories
	if r.Fonts != "" {
		directories = filepath.SplitList(r.Fonts)
	}
	name := r.Out
	if name == "" {
		name = s.Number.String() + ".pdf"
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	unprinted, err := s.WritePDF(file, pdf.NewFonts(directories...))
	if err != nil {
		return err
	}
	if unprinted.Characters > 0 {
		fmt.Fprintf(out, "%d characters stand as codes, since no font has them: see --fonts\n", unprinted.Characters)
	}
	_, err = fmt.Fprintln(out, name)
	return err
}
