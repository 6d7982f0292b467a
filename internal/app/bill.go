package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/money"
	"timetracker/internal/sqlstore"
)

// Bill bills a month such as 2026-10 on a database that may be in use, and prints the result. A dry run writes nothing.
// Billing again only adds adjustments where recorded time was corrected since.
func Bill(ctx context.Context, c config.Config, month string, dryRun bool, out io.Writer, log *slog.Logger) error {
	wanted, err := calendar.ParseMonth(month)
	if err != nil {
		return err
	}
	if !dryRun {
		if err := c.CheckSeller(); err != nil {
			return err
		}
	}
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CUSTOMER\tPLAN\tPEOPLE\tBILLED\tRATE\tTOTAL\tCURRENCY\tSTATEMENT\tWHAT")
	clocks, err := otherClocks(c, store)
	if err != nil {
		return err
	}
	bills := billing.NewService(store, time.Now, sellerOf(c)).ComparedWith(clocks...)
	err = bills.Bill(ctx, wanted, billing.Options{DryRun: dryRun, Each: func(l billing.Line) error {
		if l.Record.Kind == "" {
			return nil // its terms have changed since it was listed
		}
		r := l.Record
		total := "unknown"
		if r.ChargeKnown() {
			total = money.Format(r.TotalMinor, r.Currency)
		}
		fmt.Fprintf(table, "%q\t%s\t%d\t%d\t%s\t%s\t%s\t%s\t%s\n", r.Customer, r.PlanID, r.People, r.Billed,
			money.Format(r.RateMinor, r.Currency), total, r.Currency,
			orDash(r.Statement.String()), outcome(l, dryRun))
		return nil
	}})
	if flushErr := table.Flush(); err == nil {
		err = flushErr
	}
	return err
}

// otherClocks are those that this machine's is compared with. A configuration without the Marketplace is that of `dev`.
func otherClocks(c config.Config, store *sqlstore.Store) ([]billing.Clock, error) {
	clocks := []billing.Clock{{Name: "the database", Now: store.Now}}
	if c.MarketplaceURL == "" {
		return clocks, nil
	}
	client, err := outboundClient(c.CAFile)
	if err != nil {
		return nil, err
	}
	microsoft, err := marketplaceapi.NewClock(c.MarketplaceURL, client)
	if err != nil {
		return nil, err
	}
	return append(clocks, billing.Clock{Name: "Microsoft", Now: microsoft.Now}), nil
}

// outcome says in a word or two what happened to a tenant's month.
func outcome(l billing.Line, dryRun bool) string {
	switch {
	case !l.New:
		return "billed before"
	case dryRun:
		return "would be made: " + string(l.Record.Kind)
	default:
		return "made: " + string(l.Record.Kind)
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
