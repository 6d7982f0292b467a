package sqlstore

import (
	"maps"
	"slices"
	"testing"
)

// Of a tenant that ends nothing may stay that nobody has thought about.
func TestEveryTableOfTenantsHasAnEnd(t *testing.T) {
	removed := map[string]bool{}
	for _, r := range removals {
		if r.set == "" {
			removed[r.table] = true
		}
	}
	tables := tenantTables(t)
	for _, table := range tables {
		if _, stays := kept[table]; stays == removed[table] {
			t.Errorf("%s must be either in removals or, with the reason, in kept", table)
		}
	}
	for _, table := range slices.Concat(slices.Collect(maps.Keys(removed)), slices.Collect(maps.Keys(kept))) {
		if !slices.Contains(tables, table) {
			t.Errorf("%s is no table of tenants", table)
		}
	}
}
