package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// Verification is what `timetracker verify` looks at.
type Verification struct {
	Slug   string // of the tenant; empty: all tenants
	Export string // a file, instead of the database
	Head   string // that somebody has kept; empty: none
}

// kept are the heads that must be in the chain.
func (v Verification) kept() ([]proof.Head, error) {
	if v.Head == "" {
		return nil, nil
	}
	head, err := proof.ParseHead(v.Head)
	return []proof.Head{head}, err
}

// Verify looks at the chains of tenants on a database that may be in use, and prints the outcome. It gives an error when one
// of them does not hold.
func Verify(ctx context.Context, c config.Config, v Verification, out io.Writer, log *slog.Logger) error {
	kept, err := v.kept()
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	var all []tenant.Tenant
	if v.Slug == "" {
		all, err = tenants.List(ctx)
	} else {
		var one tenant.Tenant
		one, _, err = tenants.Find(ctx, v.Slug)
		all = append(all, one)
	}
	if err != nil {
		return err
	}
	broken := 0
	for _, t := range all {
		report, err := proof.NewService(store, time.Now).Verify(ctx, t.ID, kept...)
		if err != nil {
			return err
		}
		if err := printReport(out, t.Slug, report); err != nil {
			return err
		}
		if report.Fault != nil {
			broken++
		}
	}
	if broken > 0 {
		return fmt.Errorf("%d of %d chains don't hold", broken, len(all))
	}
	return nil
}

// VerifyExport looks at the chain in a file, without a database.
func VerifyExport(v Verification, out io.Writer) error {
	kept, err := v.kept()
	if err != nil {
		return err
	}
	header, report, err := verifyFile(v.Export, nil, kept...)
	if err != nil {
		return err
	}
	called := fmt.Sprintf("%q (%s), exported %s", header.Name, header.Tenant, header.ExportedAt.Format(time.RFC3339))
	if err := printReport(out, called, report); err != nil {
		return err
	}
	if report.Fault != nil {
		return errors.New("the chain does not hold")
	}
	return nil
}

// printReport prints what a verification has found in the tenant that is called so.
func printReport(out io.Writer, called string, r proof.Report) error {
	outcome := "holds"
	if r.Fault != nil {
		outcome = "DOES NOT HOLD: " + r.Fault.String()
	}
	unsealed := fmt.Sprint(r.Unsealed)
	if r.Unsealed > 0 {
		unsealed += ", the oldest since " + r.Oldest.Format(time.RFC3339)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	lines := [][2]string{
		{"tenant", called},
		{"chain", outcome},
		{"links", fmt.Sprint(r.Links)},
		{"without texts", fmt.Sprintf("%d by erasures, %d by retention", r.Erased, r.Expired)},
		{"not sealed yet", unsealed},
		{"head to keep", orDash(r.Head.String())},
	}
	if r.Withheld > 0 {
		lines = append(lines, [2]string{"left out", fmt.Sprintf("%d rows of people whose data is restricted", r.Withheld)})
	}
	for _, line := range lines {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	return table.Flush()
}
