package sqlstore

// parameters are the types of parameters that aren't named as a column of their statement. Instants and lengths are
// BIGINT, as their columns are.
var parameters = map[string]string{
	"after_at":       "BIGINT",
	"at":             "BIGINT",
	"before":         "BIGINT",
	"created_before": "BIGINT",
	"ended_after":    "BIGINT",
	"from":           "BIGINT",
	"hour":           "BIGINT",
	"latest":         "BIGINT",
	"now":            "BIGINT",
	"to":             "BIGINT",
	"until":          "BIGINT",

	"bias_ms":       "BIGINT",
	"max_length_ms": "BIGINT",
	"unit_ms":       "BIGINT",

	"after":        "subscriptions.id",
	"after_id":     "users.id",
	"except":       "time_entries.id",
	"nobody":       "users.id",
	"tenant_id":    "tenants.id",
	"until_id":     "timer_events.id",
	"work_item_id": "work_items.id",

	"after_name": "users.name",
	"limit":      "INT",
	"search":     "NVARCHAR(4000)",
	"seq":        "billing_records.invoice_seq",
	"year":       "billing_records.invoice_year",

	// Lists, as JSON.
	"periods": "NVARCHAR(MAX)",
	"plans":   "NVARCHAR(MAX)",
	"users":   "NVARCHAR(MAX)",
}
