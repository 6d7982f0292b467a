package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

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
// run changes nothing.
func Retain(ctx context.Context, c config.Config, dryRun bool, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	ended, err := privacy.NewRetentions(store, proof.NewService(store, time.Now), time.Now).End(ctx, dryRun)
	rows := "ENDED"
	if dryRun {
		rows = "DUE"
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "TENANT\tCLASS\t%s\n", rows)
	for _, e := range ended {
		fmt.Fprintf(table, "%s\t%s\t%d\n", e.Slug, e.Class, e.Rows)
	}
	return errors.Join(err, table.Flush())
}
