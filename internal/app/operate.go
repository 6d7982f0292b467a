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
	"timetracker/internal/plan"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// Operation is what an operator of the product asks for with `timetracker tenant`.
type Operation struct {
	Verb     string // list, show, plan, extend-trial, rate, super-admin or remove
	Slug     string // which tenant; not for list
	Operator string // who does it, for the audit; not for list and show

	Plan      string // for plan: internal or trial
	Until     string // for extend-trial: the last day of the trial in the tenant's time zone, such as 2027-01-31
	RateMinor int64  // for rate: the price of a user and month in minor units of the tenant's currency
	User      string // for super-admin: an address or an id
	Restored  bool   // for remove: it was removed before a backup was restored, so that nothing waits
}

// Operate does what an operator asks for on a database that may be in use, and prints the outcome.
func Operate(ctx context.Context, c config.Config, op Operation, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	switch op.Verb {
	case "list":
		return listTenants(ctx, tenants, out)
	case "super-admin":
		return op.makeSuperAdmin(ctx, store, out)
	case "remove":
		return op.remove(ctx, store, out)
	}
	if op.Verb != "show" {
		patch, err := op.patch(ctx, tenants)
		if err != nil {
			return err
		}
		if _, err := tenants.ChangePlan(ctx, op.Operator, op.Slug, patch); err != nil {
			return err
		}
	}
	return showTenant(ctx, tenants, op.Slug, out)
}

// makeSuperAdmin gives somebody the role, and leaves a record of it that they see.
func (op Operation) makeSuperAdmin(ctx context.Context, store *sqlstore.Store, out io.Writer) error {
	now, err := databaseTime(ctx, store, time.Now)
	if err != nil {
		return err
	}
	tenants := tenant.NewService(store, now, calendar.CheckZone)
	t, user, err := tenants.FindPerson(ctx, op.Slug, op.User)
	if err != nil {
		return err
	}
	err = store.Tx(ctx, t.ID, func(ctx context.Context) error {
		if _, err := tenants.MakeSuperAdmin(ctx, op.Operator, op.Slug, user.ID.String()); err != nil {
			return err
		}
		return noteOperator(ctx, store, t.ID, "tenant super-admin", op.Operator, user.ID)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s is a super_admin of %s.\n", user.ID, t.Slug)
	return err
}

// remove asks for the removal of a tenant, with which the server begins once it is due.
func (op Operation) remove(ctx context.Context, store *sqlstore.Store, out io.Writer) error {
	now, err := databaseTime(ctx, store, time.Now)
	if err != nil {
		return err
	}
	t, _, err := tenant.NewService(store, now, calendar.CheckZone).Find(ctx, op.Slug)
	if err != nil {
		return err
	}
	asked, err := privacy.NewRemovals(store, proof.NewService(store, now), now).AskAsOperator(ctx, op.Operator, t.ID, op.Restored)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s, %s, is removed from %s on. Its super_admins can stop that until then.\n",
		t.Slug, t.ID, asked.At.Format(time.RFC3339))
	return err
}

// patch is the change that the operation asks for.
func (op Operation) patch(ctx context.Context, tenants *tenant.Service) (tenant.PlanPatch, error) {
	switch op.Verb {
	case "plan":
		kind := plan.Kind(op.Plan)
		return tenant.PlanPatch{Plan: &kind}, nil
	case "extend-trial":
		day, err := calendar.ParseDay(op.Until)
		if err != nil {
			return tenant.PlanPatch{}, errors.New("--until must be a day such as 2027-01-31")
		}
		t, _, err := tenants.Find(ctx, op.Slug)
		if err != nil {
			return tenant.PlanPatch{}, err
		}
		zone, err := calendar.LoadZone(t.TimeZone())
		if err != nil {
			return tenant.PlanPatch{}, err
		}
		end := calendar.StartOfDay(day.AddDays(1), zone).UTC()
		return tenant.PlanPatch{TrialEndsAt: &end}, nil
	case "rate":
		return tenant.PlanPatch{RateMinor: &op.RateMinor}, nil
	default:
		return tenant.PlanPatch{}, fmt.Errorf("%q is nothing to do with a tenant", op.Verb)
	}
}

// Names are quoted, since customers have written them and a terminal obeys control characters.

func listTenants(ctx context.Context, tenants *tenant.Service, out io.Writer) error {
	all, err := tenants.List(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SLUG\tPLAN\tSTATUS\tTRIAL ENDS\tNAME")
	for _, t := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%q\n", t.Slug, t.Plan, t.StatusAt(time.Now()), trialEnd(t), t.Name)
	}
	return table.Flush()
}

func showTenant(ctx context.Context, tenants *tenant.Service, slug string, out io.Writer) error {
	t, seats, err := tenants.Find(ctx, slug)
	if err != nil {
		return err
	}
	limit := "no limit"
	if seats.Limited {
		limit = fmt.Sprintf("of %d", seats.Limit)
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"slug", t.Slug},
		{"name", fmt.Sprintf("%q", t.Name)},
		{"tenant", t.ID.String()},
		{"directory", t.DirectoryID.String()},
		{"signed up", t.CreatedAt.Format(time.RFC3339)},
		{"plan", string(t.Plan)},
		{"status", string(t.StatusAt(time.Now()))},
		{"trial ends", trialEnd(t)},
		{"seats", fmt.Sprintf("%d taken, %s", seats.Taken, limit)},
		{"rate", fmt.Sprintf("%d minor units of %s", t.RateMinor, t.Currency)},
		{"time zone", t.Settings.TimeZone},
	} {
		fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
	}
	return table.Flush()
}

func trialEnd(t tenant.Tenant) string {
	if t.Plan != plan.Trial {
		return "-"
	}
	return t.TrialEndsAt.Format(time.RFC3339)
}
