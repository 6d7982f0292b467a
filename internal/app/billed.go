package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
)

// ShowBilled prints in which bills of organizations that were removed an address is left, and until when. Whoever asks about
// theirs finds nothing by signing in.
func ShowBilled(ctx context.Context, c config.Config, address string, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	left, err := privacy.NewRemovals(store, proof.NewService(store, time.Now), time.Now).LeftOf(ctx, address)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		_, err = fmt.Fprintln(out, "No bill of an organization that was removed has this address.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TENANT\tRECORDS\tUNTIL")
	for _, l := range left {
		fmt.Fprintf(table, "%s\t%d\t%s\n", l.Tenant, l.Records, l.Until.Format(time.DateOnly))
	}
	return table.Flush()
}
