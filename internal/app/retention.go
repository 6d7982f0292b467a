package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
)

// endWhatIsDue is the daily job of what nobody may keep any longer.
func (p *Process) endWhatIsDue(ctx context.Context) error {
	ended, err := privacy.NewRetentions(p.store, p.proof, p.now).End(ctx, false)
	if ended != (privacy.Ended{}) {
		p.log.InfoContext(ctx, "what is kept no longer was removed", "billing_records", ended.BillingRecords)
	}
	return err
}

// Retain ends what nobody may keep any longer, on a database that may be in use, and prints how much that was. A dry run changes
// nothing.
func Retain(ctx context.Context, c config.Config, dryRun bool, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	ended, err := privacy.NewRetentions(store, proof.NewService(store, time.Now), time.Now).End(ctx, dryRun)
	if err != nil {
		return err
	}
	what := "have lost"
	if dryRun {
		what = "would lose"
	}
	_, err = fmt.Fprintf(out, "billing records older than 7 years that %s addresses and names: %d\n", what, ended.BillingRecords)
	return err
}
