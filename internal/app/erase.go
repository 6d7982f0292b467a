package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// Erasure is what an operator of the product asks for with `timetracker privacy erase`.
type Erasure struct {
	Slug     string // of the tenant
	User     string // an address or an id
	Operator string // who does it, for the audit
}

// Erase begins to take a person out of a tenant, on a database that may be in use. The server goes on with it.
func Erase(ctx context.Context, c config.Config, e Erasure, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	now, err := databaseTime(ctx, store, time.Now)
	if err != nil {
		return err
	}
	t, user, err := tenant.NewService(store, now, calendar.CheckZone).FindPerson(ctx, e.Slug, e.User)
	if err != nil {
		return err
	}
	err = store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if err := erasuresOn(store, now).EraseBy(ctx, e.Operator, t.ID, user.ID); err != nil {
			return err
		}
		return noteOperator(ctx, store, t.ID, "privacy erase", e.Operator, user.ID)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is erased. The server takes them out of all other texts within some minutes.\n", user.ID)
	return err
}

// erasuresOn takes people out on a store by the database's clock, without the services of a process.
func erasuresOn(store *sqlstore.Store, now func() time.Time) *privacy.Erasures {
	timers := timer.NewService(store, workitem.NewService(store, nil, now), now)
	return privacy.NewErasures(store, proof.NewService(store, now), timers, now)
}
