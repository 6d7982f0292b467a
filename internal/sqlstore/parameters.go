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

	"head_to":   "BIGINT",
	"tail_from": "BIGINT",

	"after_seq": "chain_links.seq",
	"until_seq": "chain_links.seq",

	"first_from": "timesheets.first_day",
	"first_to":   "timesheets.first_day",

	"first_month": "time_entries.counted_month",
	"last_month":  "time_entries.counted_month",

	"first_previous":       "INT",
	"previous_first_month": "time_entries.counted_month",
	"previous_from":        "BIGINT",
	"previous_head_to":     "BIGINT",
	"previous_last_month":  "time_entries.counted_month",
	"previous_tail_from":   "BIGINT",
	"previous_to":          "BIGINT",

	"bias_ms":       "BIGINT",
	"lookback_ms":   "BIGINT",
	"max_length_ms": "BIGINT",
	"max_week_ms":   "BIGINT",
	"unit_ms":       "BIGINT",

	"after":        "subscriptions.id",
	"after_id":     "users.id",
	"aside":        "users.id",
	"before_id":    "work_items.id",
	"nobody":       "users.id",
	"viewer_id":    "users.id",
	"tenant_id":    "tenants.id",
	"until_id":     "timer_events.id",
	"user_id":      "users.id",
	"work_item_id": "work_items.id",

	"after_key":         "projects.name_key",
	"after_name":        "users.name",
	"after_project":     "projects.id",
	"free_key":          "projects.name_key",
	"old_key":           "projects.name_key",
	"project_key":       "projects.name_key",
	"project_stable_id": "projects.stable_id",
	"site_key":          "sites.name_key",
	"site_stable_id":    "sites.stable_id",

	"latest_entries": "INT",

	"first_part":    "import_parts.part",
	"first_row":     "import_rows.row_number",
	"first_of_text": "import_rows.external_id",
	"last_part":     "import_parts.part",
	"last_row":      "import_rows.row_number",

	"accepted": "privacy_requests.status",
	"open":     "privacy_requests.status",

	"limit":     "INT",
	"search":    "NVARCHAR(4000)",
	"objection": "NVARCHAR(100)",
	"seq":       "billing_records.statement_seq",
	"year":      "billing_records.statement_year",

	// Lists, as JSON.
	"activities":   "NVARCHAR(MAX)",
	"entries":      "NVARCHAR(MAX)",
	"except":       "NVARCHAR(MAX)",
	"items":        "NVARCHAR(MAX)",
	"numbers":      "NVARCHAR(MAX)",
	"parents":      "NVARCHAR(MAX)",
	"days":         "NVARCHAR(MAX)",
	"periods":      "NVARCHAR(MAX)",
	"plans":        "NVARCHAR(MAX)",
	"projects":     "NVARCHAR(MAX)",
	"external_ids": "NVARCHAR(MAX)",
	"sites":        "NVARCHAR(MAX)",
	"states":       "NVARCHAR(MAX)",
	"types":        "NVARCHAR(MAX)",
	"users":        "NVARCHAR(MAX)",
	"left_out":     "NVARCHAR(MAX)",
	"tell_time":    "NVARCHAR(MAX)",
	"untold":       "NVARCHAR(MAX)",
}
