package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	yaml "github.com/oasdiff/yaml3"

	"timetracker/internal/alert"
	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/telemetry/collectortest"
)

const (
	repository = "../.."
	rulesFile  = "deploy/observability/rules.yaml"
)

// rule is one of the alert rules.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

// readRules reads the rules as Prometheus does, which takes no field that it doesn't know.
func readRules(t *testing.T) (all []rule) {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(readFile(t, rulesFile)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("there are no rules")
	}
	return all
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(repository, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// panels are the queries of a dashboard by the panels' titles.
func panels(t *testing.T, file string) map[string][]string {
	t.Helper()
	var board struct {
		UID    string
		Panels []struct {
			ID      int
			Title   string
			Type    string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, file)), &board); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	queries, seen := map[string][]string{}, map[int]bool{}
	for _, panel := range board.Panels {
		if seen[panel.ID] || panel.Title == "" || (len(panel.Targets) == 0) != (panel.Type == "row") {
			t.Errorf("%s: the panel %d, %q, of type %s", file, panel.ID, panel.Title, panel.Type)
		}
		seen[panel.ID] = true
		for _, target := range panel.Targets {
			queries[panel.Title] = append(queries[panel.Title], strings.ReplaceAll(target.Expr, "$__rate_interval", "5m"))
		}
	}
	if board.UID == "" || len(queries) == 0 {
		t.Errorf("%s has no uid or no queries", file)
	}
	return queries
}

var sample = regexp.MustCompile(`(?m)^([a-z_0-9]+)(?:\{(.*)\})? \S+$`)

var labelName = regexp.MustCompile(`([a-z_0-9]+)="`)

// exposed gives the metrics that the product gives with their labels, by running both processes.
func exposed(t *testing.T) map[string]map[string]bool {
	t.Helper()
	metrics := map[string]map[string]bool{}
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	apptest.StartDev(t, o) // has the keys of tokens
	c, _ := serveConfig(t)
	_, entraPort, err := net.SplitHostPort(o.EntraListen)
	if err != nil {
		t.Fatal(err)
	}
	c.EntraAuthority, c.CAFile = "https://localhost:"+entraPort, filepath.Join(o.Data, "sandbox", "root.pem")
	collector := collectortest.Start(t)
	c.OTLPEndpoint, c.OTLPTimeout, c.OTLPMetricInterval = collector.URL, 10_000, 3_600_000
	if err := app.Migrate(t.Context(), c, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	webhook := c
	webhook.InternalListen = apptest.Addresses(t, 1)[0]
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- app.Serve(ctx, c, discard) }()
	go func() { ended <- app.Webhook(ctx, webhook, discard) }()
	apptest.AwaitOK(t, "http://"+c.InternalListen+"/readyz")
	apptest.AwaitOK(t, "http://"+webhook.InternalListen+"/readyz")
	haunt(t, "http://"+c.Listen)
	haunt(t, "http://"+webhook.WebhookListen)
	for _, address := range []string{c.InternalListen, webhook.InternalListen} {
		_, text := apptest.Get(t, "http://"+address+"/metrics")
		if found := regexp.MustCompile(`(?i)canary|HAUNT|127\.0\.0\.1|contoso|[0-9a-f]{8}-[0-9a-f]{4}`).FindString(text); found != "" {
			t.Errorf("the metrics have %s", found)
		}
		for _, found := range sample.FindAllStringSubmatch(text, -1) {
			if metrics[found[1]] == nil {
				metrics[found[1]] = map[string]bool{"instance": true, "job": true} // the scrape's
			}
			for _, label := range labelName.FindAllStringSubmatch(found[2], -1) {
				if label[1] == "instance" || label[1] == "job" {
					t.Errorf("%s has the label %s, which is the scrape's", found[1], label[1])
				}
				metrics[found[1]][label[1]] = true
			}
		}
	}
	stop()
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	return metrics
}

// haunt calls what strangers call, with names that must not get into a label.
func haunt(t *testing.T, address string) {
	t.Helper()
	for _, call := range [][2]string{
		{http.MethodGet, "/canary-path"}, {"HAUNT", "/api/v1/me"}, {http.MethodGet, "/api/v1/users/11111111-2222-4333-8444-555555555555"},
		{http.MethodGet, "/api/v1/reports/time?user=canary-query"}, {http.MethodPost, "/marketplace/webhook"}, {http.MethodGet, "/ext/canary-file"},
		{http.MethodPost, "/canary-elsewhere"}, {http.MethodGet, "/api/v1/me"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), call[0], address+call[1], strings.NewReader(`{"action":"canary-action"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer canary-token")
		r.Header.Set("User-Agent", "canary-agent")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
}

// query is what a query asks for: see deploy/tools/promql.
type query struct {
	Error     string
	Selectors []struct {
		Name     string
		Matchers []struct{ Label, Type, Value string }
	}
	Grouping []string
}

// readQueries has Prometheus's own parser read queries. It is in a module of its own, since it would raise versions of ours.
func readQueries(t *testing.T, texts ...string) (queries []query) {
	t.Helper()
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	command := exec.CommandContext(t.Context(), "go", "run", "-C", filepath.Join(repository, "deploy/tools"), "./promql")
	command.Stdin, command.Stderr = bytes.NewReader(input), &said
	output, err := command.Output()
	if err == nil {
		err = json.Unmarshal(output, &queries)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	return queries
}

// faults says what a query asks for that is not there.
func (q query) faults(metrics map[string]map[string]bool) (faults []string) {
	if q.Error != "" {
		return []string{q.Error}
	}
	labels := map[string]bool{}
	for _, selector := range q.Selectors {
		known := metrics[selector.Name]
		if known == nil {
			faults = append(faults, "no metric is "+selector.Name)
		}
		maps.Copy(labels, known)
		for _, matcher := range selector.Matchers {
			if !known[matcher.Label] {
				faults = append(faults, selector.Name+" has no label "+matcher.Label)
			}
		}
	}
	for _, label := range q.Grouping {
		if !labels[label] {
			faults = append(faults, "nothing has the label "+label)
		}
	}
	return faults
}

// Rules and dashboards ask for what the product gives, and strangers can't add to it.
func TestRulesAndDashboardsAskForWhatThereIs(t *testing.T) {
	metrics := exposed(t)
	wrong := []string{
		"sum(rate(timetracker_requests_total[5m]))", `timetracker_alerts_total{tenant="x"}`, "sum by (route) (timetracker_wal_bytes)", "sum(",
	}
	var names, texts []string
	add := func(name, text string) { names, texts = append(names, name), append(texts, text) }
	for _, text := range wrong {
		add("", text)
	}
	for _, r := range readRules(t) {
		add(r.Alert, r.Expr)
	}
	for _, file := range []string{"dashboard-service.json", "dashboard-work.json"} {
		for title, queries := range panels(t, "deploy/observability/"+file) {
			for _, text := range queries {
				add(file+", "+title, text)
			}
		}
	}
	used := map[string]bool{}
	for i, q := range readQueries(t, texts...) {
		faults := q.faults(metrics)
		if names[i] == "" {
			if len(faults) == 0 {
				t.Errorf("%s has no fault", texts[i]) // the test could never fail
			}
			continue
		}
		for _, fault := range faults {
			t.Errorf("%s: %s", names[i], fault)
		}
		for _, selector := range q.Selectors {
			used[familyOf(selector.Name)] = true
		}
	}
	// Whoever reads the page finds each metric of ours, and whoever looks at a dashboard sees it.
	page := readFile(t, "docs/observability.md")
	for name := range metrics {
		name = familyOf(name)
		if !strings.HasPrefix(name, "timetracker_") {
			continue
		}
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/observability.md lacks %s", name)
		}
		if !used[name] {
			t.Errorf("neither a rule nor a dashboard has %s", name)
		}
	}
	for _, found := range regexp.MustCompile("(?m)^\\| (`timetracker_[^|]*)").FindAllStringSubmatch(page, -1) {
		for _, name := range regexp.MustCompile("timetracker_[a-z_]+").FindAllString(found[1], -1) {
			if metrics[name] == nil && metrics[name+"_count"] == nil {
				t.Errorf("docs/observability.md has %s, which the product hasn't", name)
			}
		}
	}
}

// familyOf is a metric's name without what a histogram adds.
func familyOf(name string) string {
	return regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
}

// Whoever is woken finds what to do.
func TestEachRuleHasItsSection(t *testing.T) {
	const runbook = "docs/runbook.md"
	page := readFile(t, runbook)
	sections := map[string]string{}
	for _, part := range strings.Split(page, "\n## ")[1:] {
		heading, body, _ := strings.Cut(part, "\n")
		sections[heading] = body
	}
	template := regexp.MustCompile(`^[^{}]*(\{\{ \$(value|labels\.[a-z_]+)( \| humanize[A-Za-z0-9]*)? \}\}[^{}]*)*$`)
	for _, r := range readRules(t) {
		body, found := sections[r.Alert]
		for _, part := range []string{"**Means:**", "**Look at:**", "**Do:**"} {
			if !strings.Contains(body, part) {
				t.Errorf("%s: %s lacks %s of it", r.Alert, runbook, part)
			}
		}
		if want := runbook + "#" + strings.ToLower(r.Alert); !found || r.Annotations["runbook"] != want {
			t.Errorf("%s: the runbook is %q, want %q", r.Alert, r.Annotations["runbook"], want)
		}
		if severity := r.Labels["severity"]; severity != "page" && severity != "ticket" {
			t.Errorf("%s: the severity is %q", r.Alert, severity)
		}
		if summary := r.Annotations["summary"]; summary == "" || !template.MatchString(summary) {
			t.Errorf("%s: the summary is %q", r.Alert, summary)
		}
		if r.For != "" && !regexp.MustCompile(`^[1-9][0-9]*[mh]$`).MatchString(r.For) {
			t.Errorf("%s: it waits for %q", r.Alert, r.For)
		}
		delete(sections, r.Alert)
	}
	for heading := range sections {
		t.Errorf("%s has %s, which is no rule", runbook, heading)
	}
}

// Each kind of alert is told by exactly one rule, so that none is forgotten or told twice.
func TestEachKindOfAlertHasItsRule(t *testing.T) {
	told := map[alert.Kind][]string{}
	rules := readRules(t)
	texts := make([]string, len(rules))
	for i, r := range rules {
		texts[i] = r.Expr
	}
	for i, q := range readQueries(t, texts...) {
		for _, selector := range q.Selectors {
			if selector.Name != "timetracker_alerts_total" {
				continue
			}
			for _, matcher := range selector.Matchers {
				named := regexp.MustCompile("^(?:" + matcher.Value + ")$")
				for _, kind := range alert.Kinds() {
					if named.MatchString(string(kind)) == (matcher.Type == "=~") {
						told[kind] = append(told[kind], rules[i].Alert)
					}
				}
				for name := range strings.SplitSeq(matcher.Value, "|") {
					if !slices.Contains(alert.Kinds(), alert.Kind(name)) {
						t.Errorf("%s names the kind %s, which is none", rules[i].Alert, name)
					}
				}
			}
		}
	}
	for _, kind := range alert.Kinds() {
		if len(told[kind]) != 1 {
			t.Errorf("%s is told by the rules %v", kind, told[kind])
		}
	}
}
