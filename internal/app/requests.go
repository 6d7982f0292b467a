package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"
	"time"

	"timetracker/internal/config"
	"timetracker/internal/ids"
	"timetracker/internal/pdf"
	"timetracker/internal/privacy"
)

// PrivacyDecision is an operator's decision on a request that nobody of the tenant may decide on.
type PrivacyDecision struct {
	Tenant   string // id, as the list has it
	Request  string // id, as the list has it
	Operator string // who decides, for the tenant's audit
	Grant    bool
	Reason   string // needed for a refusal
	Outcome  string // what was done of what is granted, where people carry it out; empty: it is still to be done
	// Completes says that it was granted before, and that the outcome is told now.
	Completes bool
}

// apply decides, or completes what was decided.
func (d PrivacyDecision) apply(
	ctx context.Context, requests *privacy.Requests, tenantID ids.Tenant, request ids.PrivacyRequest,
) (privacy.Request, error) {
	if d.Completes {
		return requests.CompleteAsOperator(ctx, tenantID, d.Operator, request, d.Outcome)
	}
	return requests.DecideAsOperator(ctx, tenantID, d.Operator, request,
		privacy.Decision{Grant: d.Grant, Reason: d.Reason, Outcome: d.Outcome})
}

// ListPrivacy prints the requests that wait for the operator, the first due first, for an operator whom people are shown.
// Notes are quoted, since people have written them and a terminal obeys control characters.
func ListPrivacy(ctx context.Context, c config.Config, operator string, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	waiting, err := privacy.NewRequests(store, nil, pdf.NewFonts(), time.Now).Waiting(ctx)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if err := noteOperator(ctx, store, w.Tenant, "privacy list", operator, w.Request.User.ID); err != nil {
			return err
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "DUE\tSTATE\tRIGHT\tTENANT\tREQUEST\tORGANIZATION\tNOTE")
	for _, w := range waiting {
		r := w.Request
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%q\t%q\n", r.DueAt.Format(time.DateOnly), r.Status, r.Kind, w.Tenant, r.ID, w.Name, r.Note)
	}
	return table.Flush()
}

// DecidePrivacy decides on a request or completes it, and prints what is kept as its confirmation.
func DecidePrivacy(ctx context.Context, c config.Config, d PrivacyDecision, out io.Writer, log *slog.Logger) error {
	tenantID, err := ids.Parse[ids.Tenant](d.Tenant)
	if err != nil {
		return fmt.Errorf("the tenant %q is no id", d.Tenant)
	}
	request, err := ids.Parse[ids.PrivacyRequest](d.Request)
	if err != nil {
		return fmt.Errorf("the request %q is no id", d.Request)
	}
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	now, err := databaseTime(ctx, store, time.Now)
	if err != nil {
		return err
	}
	requests := privacy.NewRequests(store, erasuresOn(store, now), pdf.NewFonts(), now)
	var decided privacy.Request
	err = store.Tx(ctx, tenantID, func(ctx context.Context) error {
		var err error
		if decided, err = d.apply(ctx, requests, tenantID, request); err != nil {
			return err
		}
		return noteOperator(ctx, store, tenantID, "privacy decide", d.Operator, decided.User.ID)
	})
	if err != nil {
		return err
	}
	for _, line := range (privacy.Confirmation{Tenant: tenantID, Request: decided}).Lines() {
		fmt.Fprintln(out, line)
	}
	return nil
}
