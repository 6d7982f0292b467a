DROP TABLE leases;
DROP TABLE idempotency_keys;
DROP TABLE time_entry_changes;
DROP TABLE timer_events;
DROP TABLE time_entries;
DROP TABLE work_items;
DROP TABLE users;
DROP TABLE tenants;
