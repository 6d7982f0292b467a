package bench

import (
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"timetracker/internal/apptest"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/sandbox"
)

// slowAnswer is how long Azure DevOps takes for an answer when it is slow.
const slowAnswer = 5 * time.Second

// besideTracker compares start, current and stop while Azure DevOps answers, is down, and is slow. Each product runs as
// `timetracker serve`, with people whose hours wait to be written, and asks a sandbox of its own.
func besideTracker(b *testing.B, s *summary) {
	product := buildWorkingTree(b)
	worlds := []struct {
		name   string
		answer func(world *connectortest.World) http.HandlerFunc
	}{
		{"answers", func(*connectortest.World) http.HandlerFunc { return nil }},
		{"down", func(*connectortest.World) http.HandlerFunc {
			return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}},
		{"slow", func(world *connectortest.World) http.HandlerFunc {
			return func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-r.Context().Done():
				case <-time.After(slowAnswer):
					world.REST.ServeHTTP(w, r)
				}
			}
		}},
	}
	var contenders []contender
	var all []*connectortest.World
	for _, kind := range worlds {
		world := connectortest.Start(b, time.Now)
		all = append(all, world)
		path := seedWriteBacks(b, world, sized(40, 8))
		address := serveBeside(b, product, world, path)
		tokens := make([]string, len(waitingOf))
		for i, name := range waitingOf {
			token, _, err := world.Entra.IssueUserToken(name, sandbox.SPAClientID, sandbox.APIScope)
			if err != nil {
				b.Fatal(err)
			}
			tokens[i] = token
		}
		world.Answer(kind.answer(world))
		contenders = append(contenders, contender{kind.name, func(b *testing.B) sample {
			return drive(b, address, len(tokens), tokens, mix)
		}})
	}
	outcomes := compare(b, contenders...)
	for i, kind := range worlds[1:] {
		apptest.Await(b, "a question to the Azure DevOps that is "+kind.name, func() bool { return all[i+1].Calls() > 0 })
		normal, disturbed := outcomes[0], outcomes[i+1]
		b.ReportMetric(ratio(normal, disturbed), kind.name+"/answers")
		s.add(fmt.Sprintf("start + current + stop: time while Azure DevOps is %s / while it answers", kind.name),
			ratio(normal, disturbed), "≤ 1.2",
			fmt.Sprintf("%.0f / %.0f calls/s; start p50 %.1f / %.1f ms, p99 %.1f / %.1f ms; it was asked %d / %d times",
				disturbed.rate(), normal.rate(), disturbed.quantile(.5), normal.quantile(.5), disturbed.quantile(.99),
				normal.quantile(.99), all[i+1].Calls(), all[0].Calls()))
	}
}

// serveBeside runs `timetracker serve` with a sandbox's Entra and Azure DevOps until the benchmark ends, and gives its
// address.
func serveBeside(b *testing.B, product *build, world *connectortest.World, path string) (address string) {
	b.Helper()
	addresses := apptest.Addresses(b, 2)
	product.start(b, []string{
		"TIMETRACKER_DATABASE_URL=sqlite:" + path,
		"TIMETRACKER_LISTEN=" + addresses[0],
		"TIMETRACKER_INTERNAL_LISTEN=" + addresses[1],
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_AUTHORITY=" + world.EntraURL,
		"TIMETRACKER_ENTRA_CLIENT_ID=" + sandbox.APIClientID,
		"TIMETRACKER_ENTRA_CLIENT_SECRET=" + sandbox.APIClientSecret,
		"TIMETRACKER_SPA_CLIENT_ID=" + sandbox.SPAClientID,
		"TIMETRACKER_AZURE_DEVOPS_URL=" + world.RESTURL,
		"TIMETRACKER_MARKETPLACE_URL=" + world.EntraURL + "/api",
		"TIMETRACKER_MARKETPLACE_TENANT_ID=" + publisherID,
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=" + apiClientID,
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=none",
		"TIMETRACKER_SELLER_NAME=none",
		"TIMETRACKER_SELLER_ADDRESS=none",
		"TIMETRACKER_PLANS_URL=https://market.example",
		"TIMETRACKER_CA_FILE=" + rootsOf(b, world),
	})
	apptest.AwaitOK(b, fmt.Sprintf("http://%s/readyz", addresses[1]))
	return addresses[0]
}

// rootsOf writes the certificates of a world's services to a file.
func rootsOf(b *testing.B, world *connectortest.World) string {
	b.Helper()
	var text []byte
	for _, certificate := range world.Certificates() {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})...)
	}
	path := filepath.Join(b.TempDir(), "roots.pem")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
