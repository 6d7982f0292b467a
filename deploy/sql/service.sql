-- The rights of `serve`, `webhook`, `bill` and the commands of operators. No DDL is among them.
-- After each `timetracker migrate`, before the new version serves, by an administrator of the database:
--   sqlcmd -S SERVER.database.windows.net -d timetracker -G -I -b -i service.sql
-- A test compares it with every statement of the program.
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.access_records TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.actions TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.activities TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.adjustments TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.audit_events TO timetracker_service;
GRANT SELECT, INSERT, UPDATE ON dbo.billing_records TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.chain_links TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.contributions TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.erasures TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.idempotency_keys TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.import_parts TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.import_rows TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.imports TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.leases TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.marketplace_deliveries TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.metered_users TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.privacy_choices TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.privacy_requests TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.project_names TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.projects TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.reminders TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.retention_runs TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.saved_reports TO timetracker_service;
GRANT SELECT ON dbo.schema_migrations TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.site_names TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.sites TO timetracker_service;
GRANT SELECT, INSERT, UPDATE ON dbo.statement_counters TO timetracker_service;
GRANT SELECT, INSERT, UPDATE ON dbo.subscriptions TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.targets TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.tenant_logos TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.tenant_terms TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.tenants TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.time_entries TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.time_entry_changes TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.timer_events TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.timesheets TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.usage_events TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.users TO timetracker_service;
GRANT SELECT, INSERT, DELETE ON dbo.work_item_pins TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.work_item_views TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.work_items TO timetracker_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON dbo.write_backs TO timetracker_service;
