package dev

import (
	"slices"
	"strings"
	"testing"

	"timetracker/internal/app"
)

// TestProposedAddressesDiffer tests the default ports 8090 and 9090, which are a thousand apart, whichever is in use.
func TestProposedAddressesDiffer(t *testing.T) {
	o := Options{DevOpsListen: "127.0.0.1:38090", InternalListen: "127.0.0.1:39090", Listen: "127.0.0.1:38080"}
	devOps := app.Endpoint{Address: o.DevOpsListen, Setting: "--devops-listen"}
	internal := app.Endpoint{Address: o.InternalListen, Setting: "--internal-listen"}
	for name, endpoints := range map[string][]app.Endpoint{
		"both in use": {devOps, internal}, "in the other order": {internal, devOps}, "one in use": {devOps},
	} {
		t.Run(name, func(t *testing.T) {
			said := o.explain(t.Context(), &app.InUseError{Endpoints: endpoints}).Error()
			_, command, _ := strings.Cut(said, `make dev ARGS="`)
			addresses := []string{o.DevOpsListen, o.InternalListen, o.Listen}
			for _, word := range strings.Fields(strings.TrimSuffix(command, `"`)) {
				if strings.HasPrefix(word, "--") {
					continue
				}
				if slices.Contains(addresses, word) {
					t.Errorf("%s has two uses in: %s", word, said)
				}
				addresses = append(addresses, word)
			}
			if len(addresses) != 3+len(endpoints) {
				t.Errorf("the command is %s", command)
			}
		})
	}
}
