DROP TABLE usage_events;
DROP TABLE metered_users;
DROP TABLE invoice_counters;
DROP TABLE billing_records;
DROP TABLE tenant_terms;
DROP TABLE marketplace_deliveries;
DROP TABLE subscriptions;
