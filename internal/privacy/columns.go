package privacy

import (
	"slices"
	"strings"
)

// Class says what a column says about people.
type Class string

// The classes.
const (
	None     Class = "none"     // nothing
	Personal Class = "personal" // who somebody is, or what one person did
	Content  Class = "content"  // what somebody has typed or a tracker has said, which may name a person
)

// Purpose is what something is held for.
type Purpose string

// The purposes.
const (
	Contract   Purpose = "the organization's account" // what was agreed with the customer
	Accounts   Purpose = "who uses the product, and how it is set for them"
	Recording  Purpose = "recorded time"
	Tracking   Purpose = "work items, shown again and written to"
	Approving  Purpose = "weeks, their targets and their approval"
	Reporting  Purpose = "reports"
	Importing  Purpose = "time from other products"
	Accounting Purpose = "who has changed what" // for those whom a change concerns
	UsageLog   Purpose = "what was done in the product"
	Billing    Purpose = "billing"
	Proving    Purpose = "showing that nobody has altered what was recorded"
	Operating  Purpose = "keeping the product running"
	Rights     Purpose = "what people choose and ask about their data"
)

// Retention says how long something is kept.
type Retention string

// The retentions.
const (
	WithTenant Retention = "as the organization" // 30 days after its end
	AsLogs     Retention = "as the organization, or shorter as it sets"
	SevenYears Retention = "7 years" // tax law
	// WithBilling is of what billing records refer to, and of what shows that nobody has altered them.
	WithBilling Retention = "as billing records"
	OneDay      Retention = "24 hours"
	UntilDone   Retention = "until it is done"
)

// Erasure says what an erasure does with what is held about the person.
type Erasure string

// What an erasure does.
const (
	Nothing           Erasure = "-"
	Pseudonym         Erasure = "stays, and leads to nobody" // an id of ours
	ForTotals         Erasure = "stays, so that totals stay right"
	Cleared           Erasure = "cleared"
	ClearedWhereNamed Erasure = "cleared where it names them"
	Redacted          Erasure = "their name, addresses and ids are taken out" // of anybody's text
	Removed           Erasure = "removed"
	UnlessShared      Erasure = "removed; what is shared stays, without their name, addresses and ids"
	Replaced          Erasure = "replaced by another super_admin's" // where it is theirs
	KeptByLaw         Erasure = "stays until its end: tax law"
	OfTheOrganization Erasure = "stays: it is the organization's"
	// Unlinked is of a digest by which a row is known again. Of a text with the person's name it would show who guesses it.
	Unlinked Erasure = "replaced at random where it is made of a text that names them"
)

// Columns are columns of one table that are treated alike.
type Columns struct {
	Table     string
	Names     []string
	Class     Class
	Purpose   Purpose
	Retention Retention
	// Export is set or set.field: the record set of a download that has the values, and the field where it isn't called as
	// the column. It is empty where WhyNot says why a download lacks them.
	Export  string
	Also    string // another record set, which has them of what the person did to what is others'
	WhyNot  string
	Erasure Erasure
}

// table is what the columns of a table have in common.
type table struct {
	name      string
	purpose   Purpose
	retention Retention
	columns   []Columns
}

// none are columns that say nothing about people.
func none(names string) Columns {
	return Columns{Names: strings.Fields(names), Class: None, Erasure: Nothing}
}

// aboutSomebody are columns that say who somebody is or what they did, and the record set that has them.
func aboutSomebody(names, export string, erasure Erasure) Columns {
	return Columns{Names: strings.Fields(names), Class: Personal, Export: export, Erasure: erasure}
}

// content are columns of texts, and the record set that has them.
func content(names, export string, erasure Erasure) Columns {
	return Columns{Names: strings.Fields(names), Class: Content, Export: export, Erasure: erasure}
}

// also names another record set that has the columns.
func (c Columns) also(set string) Columns {
	c.Also = set
	return c
}

// without says why a download lacks the columns.
func (c Columns) without(why string) Columns {
	c.Export, c.WhyNot = "", why
	return c
}

// Schema gives every column of the schema once, in the order of the tables.
func Schema() (all []Columns) {
	for _, t := range slices.Concat(tablesOfPeople, tablesOfTime, tablesOfOperation, tablesOfBilling) {
		for _, c := range t.columns {
			c.Table, c.Purpose, c.Retention = t.name, t.purpose, t.retention
			all = append(all, c)
		}
	}
	return all
}

const (
	ownSet        = "every record of the set is the person's"
	sameName      = "the same as the name, without regard to case"
	ofTheCustomer = "what statements call the organization"
)

var tablesOfPeople = []table{
	{"tenants", Contract, WithTenant, []Columns{
		none(`id directory_id currency plan_name status trial_ends_at paid_seats rate_minor time_zone on_start_while_running
			auto_stop_after_ms edit_window_days allow_overlap team_objection write_back write_back_step write_back_remaining join_policy
			week_start lock_after_days timer_log_days action_log_days default_activity_id cancelled_at deletion_asked_at deletion_at removal_at removed_at created_at revision`),
		aboutSomebody("deletion_asked_by", "", Pseudonym).without("the same as who has done it in audit_events"),
		content("name slug azure_devops_organization", "organization", OfTheOrganization),
		aboutSomebody("admin_email", "organization", Replaced),
		content("billing_name billing_address", "", OfTheOrganization).without(ofTheCustomer),
	}},
	{"tenant_logos", Contract, WithTenant, []Columns{none("tenant_id media_type image width height")}},
	{"activities", Recording, WithTenant, []Columns{
		none("tenant_id id billable position archived_at revision"),
		content("name", "time_entries.activity", Redacted),
		content("name_key", "", Redacted).without(sameName),
	}},
	{"users", Accounts, WithTenant, []Columns{
		none("tenant_id revision"),
		aboutSomebody("id", "profile", Pseudonym),
		aboutSomebody("object_id email name claimed_email time_zone zone_chosen week_start csv_format single_keys_off notice_seen invited_at first_sign_in_at last_sign_in_at",
			"profile", Cleared),
		aboutSomebody("role status auth_provider is_external created_at", "profile", Cleared),
		aboutSomebody("approver_id", "profile.approver", Cleared),
		aboutSomebody("invited_by", "profile", Cleared),
	}},
	{"member_revisions", Operating, WithTenant, []Columns{none("directory_id revision")}},
	{"place_revisions", Operating, WithTenant, []Columns{none("tenant_id revision")}},
	{"sites", Tracking, WithTenant, []Columns{
		none("tenant_id id tracker stable_id"),
		content("name", "time_entries.organization", Redacted),
		content("name_key", "", Redacted).without(sameName),
	}},
	{"site_names", Tracking, WithTenant, []Columns{
		none("tenant_id site_id"),
		content("name name_key", "", Redacted).without("earlier names of an organization"),
	}},
	{"projects", Tracking, WithTenant, []Columns{
		none("tenant_id id site_id stable_id merged_into merged_at merge_used counts_as billable general_allowed revision"),
		content("name", "time_entries.project", Redacted),
		content("name_key", "", Redacted).without(sameName),
	}},
	{"project_names", Tracking, WithTenant, []Columns{
		none("tenant_id project_id"),
		content("name name_key", "", Redacted).without("earlier names of a project"),
	}},
	{"work_items", Tracking, WithTenant, []Columns{
		none("tenant_id id site_id number project_id type state parent_number completed remaining revision read_at"),
		content("title", "time_entries.work_item_title", Redacted),
		aboutSomebody("assigned_to assigned_address", "assigned_work_items", ClearedWhereNamed),
	}},
	{"work_item_views", Tracking, WithTenant, []Columns{
		none("tenant_id type"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("work_item_id read_at asked_at", "seen_work_items", Removed),
		content("title", "seen_work_items", Redacted),
	}},
	{"work_item_pins", Tracking, WithTenant, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("work_item_id pinned_at", "pinned_work_items", Removed),
	}},
}

var tablesOfTime = []table{
	{"time_entries", Recording, WithTenant, []Columns{
		none("tenant_id counted_month"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody(`id work_item_id project_id activity_id billable started_at stopped_at source needs_review existing_hours
			voided_at revision`, "time_entries", ForTotals),
		content("note", "time_entries", Redacted),
	}},
	{"timer_events", Recording, AsLogs, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("occurred_at id event_type entry_id", "timer_events", Pseudonym),
	}},
	{"time_entry_changes", Accounting, WithTenant, []Columns{
		none("tenant_id"),
		aboutSomebody("entry_id changed_at operation field", "time_entry_changes", Pseudonym).also("changes_of_others_entries"),
		aboutSomebody("id operation_id changed_by", "time_entry_changes", Pseudonym),
		content("reason", "time_entry_changes", Redacted).also("changes_of_others_entries"),
		content("old_value new_value", "time_entry_changes", Redacted),
	}},
	{"write_backs", Tracking, WithTenant, []Columns{
		none("tenant_id id attempts next_at"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody(`work_item_id entry_id wanted_ms written_ms written_hundredths taken_hundredths written_at problem_code`,
			"write_backs", ForTotals),
		content("problem_message", "write_backs", Redacted),
	}},
	{"contributions", Tracking, WithTenant, []Columns{
		none("tenant_id held_until"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("ms", "contributions.written_ms", ForTotals),
		aboutSomebody(`work_item_id id entry_id hundredths taken_hundredths rev_before rev_after completed_before completed_after
			remaining_after sent_at`, "contributions", ForTotals),
	}},
	{"targets", Approving, WithTenant, []Columns{
		none("tenant_id owner_id revision"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("from_day monday tuesday wednesday thursday friday saturday sunday", "targets", ForTotals),
	}},
	{"timesheets", Approving, WithTenant, []Columns{
		none("tenant_id undo_through_at revision"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("decided_by", "timesheets", Pseudonym),
		aboutSomebody("first_day id status time_zone from_at through_at approved_through_at submitted_at decided_at",
			"timesheets", ForTotals),
		content("comment", "timesheets", Redacted),
	}},
	{"adjustments", Approving, WithTenant, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("made_by", "adjustments", Pseudonym),
		aboutSomebody("ms", "adjustments.length_ms", ForTotals),
		aboutSomebody("id for_day day project_id work_item_id activity_id billable made_at reverses_id entry_id", "adjustments", ForTotals),
		content("reason", "adjustments", Redacted),
	}},
	{"reminders", Approving, UntilDone, []Columns{
		none("tenant_id id"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("first_day reminded_by reminded_at", "reminders", Removed),
	}},
	{"imports", Importing, WithTenant, []Columns{
		none(`tenant_id format time_zone date_order problem_code parts row_count new_count known_count refused_count added_count
			removed_count kept_count goal revision`),
		aboutSomebody("created_by", "", Pseudonym).without(ownSet),
		aboutSomebody("id created_at state", "imports", Pseudonym),
		content("file_name project_name reason problem_detail", "imports", Redacted),
	}},
	{"import_parts", Importing, UntilDone, []Columns{
		none("tenant_id import_id part"),
		content("content", "", Redacted).without("a file of many people, until its rows are read; those of the person are in import_rows"),
	}},
	{"import_rows", Importing, WithTenant, []Columns{
		none("tenant_id outcome problem_code"),
		aboutSomebody("external_id", "", Unlinked).without("a hash, by which a row is added once"),
		aboutSomebody("owner_id", "", Pseudonym).without(ownSet),
		aboutSomebody("import_id row_number started_at stopped_at entry_id", "import_rows", ForTotals),
		content("problem_detail content decided", "import_rows", Redacted),
	}},
}

var tablesOfOperation = []table{
	{"audit_events", Accounting, WithTenant, []Columns{
		none("tenant_id id"),
		aboutSomebody("occurred_at action target_kind target_id actor_id", "audit_events", Pseudonym),
		aboutSomebody("actor_name", "audit_events", Redacted),
		content("target_name changes", "audit_events", Redacted),
	}},
	{"access_records", Accounting, WithTenant, []Columns{
		none("tenant_id id"),
		aboutSomebody("hour_at kind subject_id actor_id actor_role first_at last_at reads", "access_records", Pseudonym),
		content("operator", "access_records", Redacted),
	}},
	{"chain_links", Proving, WithBilling, []Columns{
		none("tenant_id seq kind sealed_at erased_seq expired_seq hash"),
		aboutSomebody("row_id row_at", "", Pseudonym).without("the row that a link seals, which is in its own record set"),
		aboutSomebody("public_hash commitment", "", Pseudonym).without("hashes of that row"),
		aboutSomebody("salt", "", Cleared).without("random, and removed so that nobody can try what a hash is of"),
	}},
	{"saved_reports", Reporting, WithTenant, []Columns{
		none("tenant_id revision"),
		aboutSomebody("owner_id", "", Pseudonym).without(ownSet),
		aboutSomebody("id shared", "saved_reports", UnlessShared),
		content("name definition", "saved_reports", UnlessShared),
	}},
	{"erasures", Operating, WithTenant, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id begun_at finished_at", "", Pseudonym).without("there is none before the person is erased"),
		content("subject at_table at_row", "", Cleared).without("what to look for and how far, until the erasure is finished"),
	}},
	{"actions", UsageLog, AsLogs, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("occurred_at id action_type page", "actions", Removed),
	}},
	{"retention_runs", Operating, WithTenant, []Columns{none("tenant_id class ran_at removed_at removed")}},
	{"idempotency_keys", Operating, OneDay, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("key_hash request_hash", "", Removed).without("hashes, by which a request is known again"),
		aboutSomebody("status created_at", "recent_requests", Removed),
		content("answer", "", ClearedWhereNamed).without("what was answered may tell of others; what is the person's is in its own set"),
	}},
	{"privacy_requests", Rights, WithTenant, []Columns{
		none("tenant_id redacted_at digest_salt reminded_days revision"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("reference_hash", "", Pseudonym).without("a hash of what the person was told"),
		aboutSomebody("id kind processing status asked_at due_at decided_at decided_by closed_at digest earlier_digest", "privacy_requests", Pseudonym),
		content("note reason outcome kept", "privacy_requests", Redacted), // others name the person; their own note is cleared
	}},
	{"privacy_choices", Rights, WithTenant, []Columns{
		none("tenant_id revision"),
		aboutSomebody("user_id", "", Removed).without(ownSet),
		aboutSomebody("restricted_at objections nominee_named_at", "privacy_choices", Removed),
		content("nominee_name nominee_email", "privacy_choices", Redacted), // others name the person; their own row is removed
	}},
	{"leases", Operating, UntilDone, []Columns{none("name holder expires_at")}},
}

var tablesOfBilling = []table{
	{"subscriptions", Contract, WithBilling, []Columns{
		none(`id tenant_id offer_id plan_id quantity status beneficiary_directory purchaser_directory term_start_at term_end_at
			term_unit previous_term_start_at auto_renew free_trial read_only users_at_purchase activated_at ended_at
			operation_ticks changed_at plan_changed quantity_changed awaited_at check_at obstacle created_at revision`),
	}},
	{"marketplace_deliveries", Contract, SevenYears, []Columns{
		none(`operation_id tenant_id subscription_id action outcome code message sent_ticks received_at
			acknowledge_at attempts`),
	}},
	{"tenant_terms", Contract, SevenYears, []Columns{
		none(`tenant_id id effective_at ends_at plan_name status subscription_id plan_id plan_title model seats currency
			rate_minor agreed base_minor included free_trial live`),
	}},
	{"billing_records", Billing, SevenYears, []Columns{
		none(`tenant_id kind subscription_id plan_id plan_title quantity people operation_id action status model free_trial
			billed included rate_minor base_minor total_minor currency statement_year statement_seq`),
		content("seller_name seller_address seller_tax_id", "", KeptByLaw).without("who has sold"),
		content("customer customer_address", "", KeptByLaw).without(ofTheCustomer),
		aboutSomebody("id occurred_at month", "billing_records", KeptByLaw),
		aboutSomebody("active inactive", "billing_records.named_as", KeptByLaw),
	}},
	{"statement_counters", Billing, WithBilling, []Columns{none("statement_year last_seq")}},
	{"metered_users", Billing, SevenYears, []Columns{
		none("tenant_id"),
		aboutSomebody("user_id", "", Pseudonym).without(ownSet),
		aboutSomebody("subscription_id period_at counted_at", "metered_months", ForTotals),
	}},
	{"usage_events", Billing, SevenYears, []Columns{
		none(`tenant_id subscription_id dimension hour_at effective_at plan_id quantity accepted_quantity state status attempts
			carries next_at`),
	}},
}
