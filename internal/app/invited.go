package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/tenant"
)

// ShowInvited prints which organizations have invited an address, and what the invitations hold. Whoever is invited from another
// directory finds that nowhere in the product. Texts are quoted, since people have written them and a terminal obeys control
// characters.
func ShowInvited(ctx context.Context, c config.Config, address, operator string, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	invited, err := tenant.NewService(store, time.Now, calendar.CheckZone).Invited(ctx, address)
	if err != nil {
		return err
	}
	if len(invited) == 0 {
		_, err = fmt.Fprintln(out, "No organization has invited this address.")
		return err
	}
	for _, i := range invited {
		if err := noteOperator(ctx, store, i.Tenant.ID, "privacy invited", operator, i.User.ID); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TENANT\tORGANIZATION\tPERSON\tADDRESS\tNAME\tROLE\tINVITED\tBY")
	for _, i := range invited {
		u := i.User
		fmt.Fprintf(table, "%s\t%q\t%s\t%q\t%q\t%s\t%s\t%q\n",
			i.Tenant.Slug, i.Tenant.Name, u.ID, u.Email, u.Name, u.Role, u.InvitedAt.Format(time.DateOnly), u.InvitedBy.Name)
	}
	return table.Flush()
}
