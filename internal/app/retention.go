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
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
)

// endWhatIsDue is the daily job of what nobody may keep any longer.
func (p *Process) endWhatIsDue(ctx context.Context) error {
	ended, err := p.retentions().End(ctx, false)
	for _, e := range ended {
		if e.Rows > 0 {
			p.log.InfoContext(ctx, "what is kept no longer was removed", "tenant", e.Tenant, "class", e.Class, "rows", e.Rows)
		}
	}
	return err
}

// retentions end what nobody may keep any longer.
func (p *Process) retentions() *privacy.Retentions {
	return privacy.NewRetentions(p.store, p.proof, p.now)
}

// Retain ends what nobody may keep any longer, on a database that may be in use. It prints the rows of each tenant and class. A dry
// run changes nothing, and says also which tenants end within a year, and when.
func Retain(ctx context.Context, c config.Config, dryRun bool, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	chain := proof.NewService(store, time.Now)
	ended, err := privacy.NewRetentions(store, chain, time.Now).End(ctx, dryRun)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if !dryRun {
		fmt.Fprintln(table, "TENANT\tCLASS\tENDED")
		listEnded(table, ended)
		return errors.Join(err, table.Flush())
	}
	fmt.Fprintln(table, "TENANT\tCLASS\tDUE")
	listEnded(table, ended)
	going, dueErr := privacy.NewRemovals(store, chain, time.Now).Due(ctx, time.Now().AddDate(1, 0, 0))
	for _, e := range going {
		fmt.Fprintf(table, "%s\torganization\t%s\n", e.Tenant.Slug, calendar.FormatInstant(e.At))
	}
	return errors.Join(err, dueErr, table.Flush())
}

func listEnded(table io.Writer, all []privacy.Ended) {
	for _, e := range all {
		fmt.Fprintf(table, "%s\t%s\t%d\n", e.Slug, e.Class, e.Rows)
	}
}
