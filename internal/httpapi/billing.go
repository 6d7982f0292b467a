package httpapi

import (
	"context"
	"io"
	"strconv"
	"strings"

	"timetracker/api"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/report/render"
)

// recordPage is how many billing records a file reads at once: each may name thousands of people.
const recordPage = 20

// billingHandlers serve billing records and statements.
type billingHandlers struct {
	billing   *billing.Service
	documents documents
}

// ListBillingRecords implements api.StrictServerInterface.
func (h billingHandlers) ListBillingRecords(ctx context.Context, request api.ListBillingRecordsRequestObject) (api.ListBillingRecordsResponseObject, error) {
	member, params := caller(ctx), request.Params
	cursor, limit := params.Cursor, params.Limit
	params.Cursor, params.Limit, params.Format, params.Separator = nil, nil, nil, nil
	made := logFilter(params.From, params.To, nil, "")
	filter := billing.RecordFilter{From: made.From, To: made.To, Kind: billing.Kind(emptyIfNil(params.Kind))}
	read := func(request page.Request) ([]billing.Record, page.Position, error) {
		return h.billing.Records(ctx, member, filter, request)
	}
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	if asCSV {
		style := csvStyle(request.Params.Separator)
		return h.documents.produce(ctx, exportCSV("billing-records.csv", style, billingRecordColumns,
			func(request page.Request) ([]billing.Record, page.Position, error) {
				request.Limit = recordPage
				return read(request)
			}, billingRecordCells))
	}
	records, next, err := readPage(newListing(member.Tenant.ID, "billing-records", params), cursor, limit, read)
	if err != nil {
		return nil, err
	}
	return api.ListBillingRecords200JSONResponse{Data: mapSlice(records, billingRecord), Page: next}, nil
}

// GetBillingRecord implements api.StrictServerInterface.
func (h billingHandlers) GetBillingRecord(ctx context.Context, request api.GetBillingRecordRequestObject) (api.GetBillingRecordResponseObject, error) {
	asCSV, err := wantsCSV(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	found, err := h.billing.Record(ctx, caller(ctx), idOf[ids.BillingRecord](request.RecordId))
	if err != nil {
		return nil, err
	}
	if asCSV {
		return h.documents.produce(ctx, peopleFile(found, csvStyle(request.Params.Separator)))
	}
	shown := billingRecord(found)
	if shown.Month != nil {
		active, inactive := mapSlice(found.Active, billedPerson), mapSlice(found.Inactive, billedPerson)
		shown.Month.Active, shown.Month.Inactive = &active, &inactive
	}
	return api.GetBillingRecord200JSONResponse(shown), nil
}

// PreviewBilling implements api.StrictServerInterface.
func (h billingHandlers) PreviewBilling(ctx context.Context, _ api.PreviewBillingRequestObject) (api.PreviewBillingResponseObject, error) {
	r, err := h.billing.Preview(ctx, caller(ctx))
	if err != nil {
		return nil, err
	}
	return api.PreviewBilling200JSONResponse{
		Month: r.Month.String(), Model: nilIfEmpty(api.PricingModel(r.Model)), Seats: quantity(r.Quantity),
		FreeTrial: r.FreeTrial, People: r.People, Billed: r.Billed, Included: r.Included,
		RateMinor: r.RateMinor, BaseMinor: r.BaseMinor, TotalMinor: r.TotalMinor, ChargeKnown: r.ChargeKnown(),
		Currency: r.Currency,
	}, nil
}

// GetStatement implements api.StrictServerInterface.
func (h billingHandlers) GetStatement(ctx context.Context, request api.GetStatementRequestObject) (api.GetStatementResponseObject, error) {
	asPDF, err := wantsPDF(request.Params.Format, callOf(ctx).accept)
	if err != nil {
		return nil, err
	}
	made, err := h.billing.Statement(ctx, caller(ctx), request.Number)
	if err != nil {
		return nil, err
	}
	if asPDF {
		return h.documents.produce(ctx, savedFile(mediaPDF, made.Number.String()+".pdf", func(w io.Writer) error {
			return h.billing.Print(ctx, w, made)
		}))
	}
	return api.GetStatement200JSONResponse(statement(made)), nil
}

func billingRecord(r billing.Record) api.BillingRecord {
	shown := api.BillingRecord{
		Id: r.ID.String(), Kind: api.BillingRecordKind(r.Kind), At: api.Timestamp{Time: r.At},
		SubscriptionId: r.SubscriptionID.String(), PlanId: r.PlanID, PlanTitle: nilIfEmpty(r.PlanTitle),
	}
	if r.Kind == billing.Lifecycle {
		shown.Lifecycle = &api.LifecycleEvent{
			Event: string(r.Action), OperationId: nilIfEmpty(r.OperationID.String()), Quantity: quantity(r.Quantity),
			Status: api.LifecycleEventStatus(r.Status), People: r.People,
		}
		return shown
	}
	shown.Month = &api.BilledMonth{
		Month: r.Month.String(), Customer: r.Customer, Model: nilIfEmpty(api.PricingModel(r.Model)), Seats: quantity(r.Quantity),
		FreeTrial: r.FreeTrial, People: r.People, Billed: r.Billed, Included: r.Included,
		RateMinor: r.RateMinor, BaseMinor: r.BaseMinor, TotalMinor: r.TotalMinor, ChargeKnown: r.ChargeKnown(),
		Currency: r.Currency, Statement: r.Statement.String(),
	}
	return shown
}

func billedPerson(p billing.Person) api.BilledPerson {
	return api.BilledPerson{UserId: p.ID.String(), Email: p.Email, Label: p.Label()}
}

func statement(i billing.Statement) api.Statement {
	return api.Statement{
		Number: i.Number.String(), IssuedAt: api.Timestamp{Time: i.IssuedAt},
		Seller:   Seller(i.Seller),
		Customer: i.Customer, CustomerAddress: i.CustomerAddress, Month: i.Month.String(),
		SubscriptionId: i.SubscriptionID.String(), PlanId: i.PlanID, PlanTitle: nilIfEmpty(i.PlanTitle),
		Model: nilIfEmpty(api.PricingModel(i.Model)), Seats: quantity(i.Seats), FreeTrial: i.FreeTrial,
		Adjustment: i.Adjustment, People: i.People,
		Active: mapSlice(i.Active, billedPerson), Inactive: mapSlice(i.Inactive, billedPerson),
		Lines: mapSlice(i.Lines, func(l billing.StatementLine) api.StatementLine {
			return api.StatementLine{Text: l.Text, Quantity: l.Quantity, UnitMinor: l.UnitMinor, AmountMinor: l.AmountMinor}
		}),
		TotalMinor: i.TotalMinor, ChargeKnown: i.ChargeKnown, Currency: i.Currency, Note: i.Note,
	}
}

var billingRecordColumns = []string{
	"at", "id", "kind", "subscription_id", "plan_id", "plan_title", "event", "operation_id", "quantity", "status",
	"month", "statement", "customer", "model", "free_trial", "people", "billed", "included", "rate_minor", "base_minor",
	"total_minor", "charge_known", "currency", "active", "inactive",
}

// billingRecordCells leaves out what a record of the kind does not have.
func billingRecordCells(r billing.Record) [][]string {
	row := []string{calendar.FormatInstant(r.At), r.ID.String(), string(r.Kind), r.SubscriptionID.String(), r.PlanID, r.PlanTitle}
	people, seats := strconv.Itoa(r.People), ""
	if r.Quantity != 0 {
		seats = strconv.Itoa(r.Quantity)
	}
	if r.Kind == billing.Lifecycle {
		return [][]string{append(row, string(r.Action), r.OperationID.String(), seats, string(r.Status), "", "",
			"", "", "", people, "", "", "", "", "", "", "", "", "")}
	}
	minor := func(amount int64) string { return strconv.FormatInt(amount, 10) }
	return [][]string{append(row, "", "", seats, "", r.Month.String(), r.Statement.String(),
		r.Customer, string(r.Model), strconv.FormatBool(r.FreeTrial), people, strconv.Itoa(r.Billed), strconv.Itoa(r.Included),
		minor(r.RateMinor), minor(r.BaseMinor), minor(r.TotalMinor), strconv.FormatBool(r.ChargeKnown()),
		r.Currency, labels(r.Active), labels(r.Inactive))}
}

// labels are those of people in one cell.
func labels(people []billing.Person) string {
	return strings.Join(mapSlice(people, billing.Person.Label), "; ")
}

// peopleFile lists the people who were counted in a record.
func peopleFile(r billing.Record, style render.Style) document {
	name := r.Statement.String()
	if name == "" {
		name = r.ID.String()
	}
	records := func(yield func([]string, error) bool) {
		for _, p := range r.Active {
			if !yield([]string{p.ID.String(), p.Email, "active", p.Label()}, nil) {
				return
			}
		}
		for _, p := range r.Inactive {
			if !yield([]string{p.ID.String(), p.Email, "inactive", p.Label()}, nil) {
				return
			}
		}
	}
	return csvFile("people-"+name+".csv", func(out io.Writer) error {
		return render.WriteTable(out, style, []string{"user_id", "email", "activity", "label"}, records)
	})
}

// Seller is whoever sells, as documents and pages name them.
func Seller(s billing.Seller) api.Seller {
	return api.Seller{Name: s.Name, Address: s.Address, TaxId: nilIfEmpty(s.TaxID)}
}
