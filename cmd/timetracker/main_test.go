package main

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/calendar"
)

// These are the roles in which the test binary is the program: with stand-ins for Microsoft's services, and as it is shipped.
const (
	program = "program"
	shipped = "shipped"
)

func TestMain(m *testing.M) {
	apptest.Main(m, map[string]func(){program: runBesideStandIns, shipped: main, panicking: runPanicking})
}

func runBesideStandIns() {
	services = "anybody's"
	main()
}

// Whoever configures a server can't have it ask the sandbox who somebody is, or anything else that isn't Microsoft's. Nothing
// is opened or called before.
func TestNoServerAsksTheSandbox(t *testing.T) {
	complete := []string{
		"TIMETRACKER_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "none.db"),
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_CLIENT_ID=6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211",
		"TIMETRACKER_SPA_CLIENT_ID=9f4e1c72-0b5d-4a86-bc3e-27d8a1f05612",
		"TIMETRACKER_MARKETPLACE_TENANT_ID=e09a4c57-6b82-41df-b3c8-175f9d2e6a03",
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814",
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=secret",
		"TIMETRACKER_SELLER_NAME=Northwind", "TIMETRACKER_SELLER_ADDRESS=Oslo", "TIMETRACKER_PLANS_URL=https://market.example",
	}
	for command, set := range map[string]string{
		"serve":   "TIMETRACKER_ENTRA_AUTHORITY=https://localhost:8443",
		"webhook": "TIMETRACKER_MARKETPLACE_URL=https://localhost:8091/api",
	} {
		name, _, _ := strings.Cut(set, "=")
		p := apptest.Start(t, shipped, append(slices.Clone(complete), set), command)
		code := p.ExitCode(t)
		if got := p.Stderr.String(); code != 1 || !strings.HasPrefix(got, "timetracker: "+name+" must be Microsoft's: ") {
			t.Errorf("%s of %s ends with %d: %s", command, set, code, got)
		}
	}
	// With Microsoft's own it goes on to the database.
	p := apptest.Start(t, shipped, complete, "serve")
	if got := p.ExitCode(t); got != 1 || !strings.Contains(p.Stderr.String(), "run timetracker migrate") {
		t.Errorf("with Microsoft's services it ends with %d: %s", got, p.Stderr)
	}
}

func TestCommands(t *testing.T) {
	for name, test := range map[string]struct {
		args           []string
		environment    []string
		code           int
		stdout, stderr string // what is printed; "*" at the end stands for anything
	}{
		"version": {args: []string{"version"}, stdout: "timetracker *"},
		"version with a word too many": {
			args: []string{"version", "please"}, code: 2,
			stderr: "timetracker: \"please\" is one word too many; see timetracker version --help\n",
		},
		"health of nothing": {
			args: []string{"healthcheck"}, environment: []string{"TIMETRACKER_INTERNAL_LISTEN=127.0.0.1:1"}, code: 1,
			stderr: "timetracker: nothing answers on 127.0.0.1:1 (TIMETRACKER_INTERNAL_LISTEN)\n",
		},
		"health of an address that is none": {
			args: []string{"healthcheck", "--ready"}, environment: []string{"TIMETRACKER_INTERNAL_LISTEN=9090"}, code: 1,
			stderr: "timetracker: TIMETRACKER_INTERNAL_LISTEN must be HOST:PORT\n",
		},
		"help":              {args: []string{"help"}, stdout: usage},
		"help of a command": {args: []string{"dev", "--help"}, stderr: "Usage of timetracker dev:\n*"},
		"no command":        {code: 2, stderr: "timetracker: no command; see timetracker help\n"},
		"unknown command": {
			args: []string{"serv"}, code: 2,
			stderr: "timetracker: \"serv\" is no command; see timetracker help\n",
		},
		"a word too many": {
			args: []string{"migrate", "now"}, code: 2,
			stderr: "timetracker: \"now\" is one word too many; see timetracker migrate --help\n",
		},
		"an unknown flag": {
			args: []string{"dev", "--port", "1"}, code: 2,
			stderr: "timetracker: flag provided but not defined: -port; see timetracker dev --help\n",
		},
		"dev for everybody": {
			args: []string{"dev", "--data", "unused", "--listen", "0.0.0.0:8080"}, code: 1,
			stderr: "timetracker: refused: *",
		},
		"sandbox alone": {
			args: []string{"sandbox"}, code: 2,
			stderr: "timetracker: usage: timetracker sandbox token *",
		},
		"tenant alone": {
			args: []string{"tenant"}, code: 2,
			stderr: "timetracker: usage: timetracker tenant list | *",
		},
		"an unknown thing to do with a tenant": {
			args: []string{"tenant", "delete", "--slug", "contoso"}, code: 2,
			stderr: "timetracker: usage: timetracker tenant list | *",
		},
		"a list for nobody": {
			args: []string{"privacy", "list"}, code: 2,
			stderr: "timetracker: --operator is missing\n",
		},
		"an erasure of nobody": {
			args: []string{"privacy", "erase", "--tenant", "contoso", "--operator", "Olga"}, code: 2,
			stderr: "timetracker: --user is missing\n",
		},
		"bills of nobody": {
			args: []string{"privacy", "billed"}, code: 2,
			stderr: "timetracker: --address is missing\n",
		},
		"invitations for nobody's record": {
			args: []string{"privacy", "invited", "--address", "uma@home.example"}, code: 2,
			stderr: "timetracker: --operator is missing\n",
		},
		"an outcome that isn't told": {
			args: []string{"privacy", "complete", "--tenant", "1", "--request", "2", "--operator", "Olga"}, code: 2,
			stderr: "timetracker: --outcome is missing\n",
		},
		"a retention with a word too many": {
			args: []string{"privacy", "retention", "now"}, code: 2,
			stderr: "timetracker: \"now\" is one word too many; see timetracker privacy retention --help\n",
		},
		"a tenant without a name": {
			args: []string{"tenant", "show"}, code: 2,
			stderr: "timetracker: --slug is missing\n",
		},
		"a change by nobody": {
			args: []string{"tenant", "rate", "--slug", "contoso", "--minor", "900"}, code: 2,
			stderr: "timetracker: --operator is missing\n",
		},
		"a rate of nothing": {
			args: []string{"tenant", "rate", "--slug", "contoso", "--operator", "Olga"}, code: 2,
			stderr: "timetracker: --minor is missing\n",
		},
		"tenants of no database": {
			args: []string{"tenant", "list"}, code: 1,
			stderr: "timetracker: TIMETRACKER_DATABASE_URL is missing: sqlite:PATH or sqlserver://…\n",
		},
		"tenants of a dev that was never there": {
			args: []string{"tenant", "list", "--data", "unused"}, code: 1,
			stderr: "timetracker: `timetracker dev` has not run with the data directory unused\n",
		},
		"a token of nobody": {
			args: []string{"sandbox", "token"}, code: 2,
			stderr: "timetracker: --user is missing\n",
		},
		"a token without dev": {
			args: []string{"sandbox", "token", "--user", "ada@contoso.example", "--data", "unused"}, code: 1,
			stderr: "timetracker: `timetracker dev` has not run with the data directory unused\n",
		},
		"migrate without a variable": {
			args: []string{"migrate"}, code: 1,
			stderr: "timetracker: TIMETRACKER_DATABASE_URL is missing: sqlite:PATH or sqlserver://…\n",
		},
		"serve without variables": {
			args: []string{"serve"}, code: 1,
			stderr: "timetracker: TIMETRACKER_DATABASE_URL is missing: sqlite:PATH or sqlserver://…; " +
				"TIMETRACKER_PUBLIC_URL must be an https address without user, query and fragment; " +
				"TIMETRACKER_ENTRA_CLIENT_ID is missing; TIMETRACKER_SPA_CLIENT_ID is missing; " +
				"TIMETRACKER_MARKETPLACE_TENANT_ID is missing; TIMETRACKER_MARKETPLACE_CLIENT_ID is missing; " +
				"TIMETRACKER_MARKETPLACE_CLIENT_SECRET or _CERTIFICATE_FILE is missing; " +
				"TIMETRACKER_SELLER_NAME is missing: it stands on statements; " +
				"TIMETRACKER_SELLER_ADDRESS is missing: it stands on statements; " +
				"TIMETRACKER_PLANS_URL is missing: where a plan is bought\n",
		},
		"webhook without variables": {
			args: []string{"webhook"}, code: 1,
			stderr: "timetracker: TIMETRACKER_DATABASE_URL is missing: sqlite:PATH or sqlserver://…; " +
				"TIMETRACKER_MARKETPLACE_TENANT_ID is missing; TIMETRACKER_MARKETPLACE_CLIENT_ID is missing; " +
				"TIMETRACKER_MARKETPLACE_CLIENT_SECRET or _CERTIFICATE_FILE is missing\n",
		},
		"a mistyped variable": {
			args: []string{"migrate"}, code: 1,
			environment: []string{"TIMETRACKER_DATABASE_ULR=sqlite:unused", "TIMETRACKER_SERVICE_HOST=10.0.0.1"},
			stderr: "timetracker: TIMETRACKER_DATABASE_URL is missing: sqlite:PATH or sqlserver://…; " +
				"TIMETRACKER_DATABASE_ULR is no variable of this program; is it mistyped?\n",
		},
		"a bill of no month": {
			args: []string{"bill"}, code: 2,
			stderr: "timetracker: --month is missing\n",
		},
		"serve without one variable": {
			args: []string{"serve"}, code: 1,
			environment: []string{
				"TIMETRACKER_DATABASE_URL=sqlite:unused", "TIMETRACKER_PUBLIC_URL=https://timetracker.example",
				"TIMETRACKER_ENTRA_CLIENT_ID=6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211",
				"TIMETRACKER_MARKETPLACE_TENANT_ID=e09a4c57-6b82-41df-b3c8-175f9d2e6a03",
				"TIMETRACKER_MARKETPLACE_CLIENT_ID=17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814",
				"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=secret",
				"TIMETRACKER_SELLER_NAME=Northwind", "TIMETRACKER_SELLER_ADDRESS=Oslo", "TIMETRACKER_PLANS_URL=https://market.example",
			},
			stderr: "timetracker: TIMETRACKER_SPA_CLIENT_ID is missing\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := apptest.Start(t, program, test.environment, test.args...)
			if code := p.ExitCode(t); code != test.code {
				t.Errorf("the exit code is %d, want %d", code, test.code)
			}
			if got := p.Stdout.String(); !matches(got, test.stdout) {
				t.Errorf("standard output:\n%s\nwant:\n%s", got, test.stdout)
			}
			got := p.Stderr.String()
			if !matches(got, test.stderr) {
				t.Errorf("standard error:\n%s\nwant:\n%s", got, test.stderr)
			}
			if strings.HasPrefix(got, "timetracker: ") && strings.Count(got, "\n") != 1 {
				t.Errorf("the error is not one line:\n%s", got)
			}
		})
	}
}

func matches(got, want string) bool {
	if start, open := strings.CutSuffix(want, "*"); open {
		return strings.HasPrefix(got, start)
	}
	return got == want
}

// TestVersionForPrograms reads what a deployment asks a binary before it takes it.
func TestVersionForPrograms(t *testing.T) {
	p := apptest.Start(t, program, nil, "version", "--json")
	if code := p.ExitCode(t); code != 0 {
		t.Fatalf("the exit code is %d: %s", code, p.Stderr)
	}
	var got app.Version
	if err := json.Unmarshal([]byte(p.Stdout.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got.Go != runtime.Version() || got.TZData != calendar.ZonesVersion() || got.OS != runtime.GOOS || got.Schema < 1 {
		t.Errorf("it printed %s", p.Stdout)
	}
}

// devArguments are the flags of a `dev` on free addresses, and the address of its API.
func devArguments(t *testing.T, data string) (args []string, api string) {
	t.Helper()
	addresses := apptest.Addresses(t, 9)
	return []string{
		"dev", "--empty", "--data", data, "--listen", addresses[0], "--devops-listen", addresses[1],
		"--entra-listen", addresses[2], "--internal-listen", addresses[3],
		"--graph-listen", addresses[4], "--marketplace-listen", addresses[5], "--webhook-listen", addresses[6],
		"--sign-in-listen", addresses[7], "--devops-api-listen", addresses[8],
	}, addresses[0]
}

func TestDevTokenAndCtrlC(t *testing.T) {
	data := t.TempDir()
	args, api := devArguments(t, data)
	dev := apptest.Start(t, program, nil, args...)
	dev.AwaitLine(t, "ready")

	token := apptest.Start(t, program, nil, "sandbox", "token", "--user", "ada@contoso.example", "--data", data)
	if code := token.ExitCode(t); code != 0 {
		t.Fatalf("sandbox token: %s", token.Stderr)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+api+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSuffix(token.Stdout.String(), "\n"))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the token is answered with %d", response.StatusCode)
	}

	nobody := apptest.Start(t, program, nil, "sandbox", "token", "--user", "nobody@contoso.example", "--data", data)
	if code := nobody.ExitCode(t); code != 1 {
		t.Errorf("a token for nobody: the exit code is %d", code)
	}
	if got := nobody.Stderr.String(); !strings.HasPrefix(got, "timetracker: no token for nobody@contoso.example: ") ||
		strings.Count(got, "\n") != 1 || nobody.Stdout.String() != "" {
		t.Errorf("a token for nobody: %s%s", nobody.Stdout, got)
	}

	dev.Interrupt(t)
	if code := dev.ExitCode(t); code != 0 {
		t.Errorf("after Ctrl-C the exit code is %d", code)
	}
	if got := dev.Stderr.String(); got != "" {
		t.Errorf("standard error:\n%s", got)
	}
}

func TestDevSaysThatAPortIsTaken(t *testing.T) {
	args, api := devArguments(t, t.TempDir())
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", api)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := apptest.Start(t, program, nil, args...)
	if code := p.ExitCode(t); code != 1 {
		t.Errorf("the exit code is %d", code)
	}
	want := "timetracker: " + api + " in use by another program: stop it, or choose another address with: " +
		`make dev ARGS="--listen 127.0.0.1:`
	if got := p.Stderr.String(); !strings.HasPrefix(got, want) || p.Stdout.String() != "" {
		t.Errorf("it printed %s%s, want %s", p.Stdout, got, want)
	}
}

// TestMigrateAndServe runs the two processes of an installation, each on a configuration of its own.
func TestMigrateAndServe(t *testing.T) {
	addresses := apptest.Addresses(t, 4)
	environment := []string{
		"TIMETRACKER_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "timetracker.db"),
		"TIMETRACKER_LISTEN=" + addresses[0],
		"TIMETRACKER_INTERNAL_LISTEN=" + addresses[1],
		"TIMETRACKER_PUBLIC_URL=https://timetracker.example",
		"TIMETRACKER_ENTRA_AUTHORITY=https://127.0.0.1:1", // nobody answers
		"TIMETRACKER_ENTRA_CLIENT_ID=6a2b8d10-47c3-4e9f-a5d1-8b3e0c6f9211",
		"TIMETRACKER_SPA_CLIENT_ID=9f4e1c72-0b5d-4a86-bc3e-27d8a1f05612",
		"TIMETRACKER_MARKETPLACE_URL=https://127.0.0.1:1/api",
		"TIMETRACKER_MARKETPLACE_TENANT_ID=e09a4c57-6b82-41df-b3c8-175f9d2e6a03",
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=17e5b3f9-8c60-4d2a-96fb-4a0d7c92e814",
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=secret",
		"TIMETRACKER_SHUTDOWN_DELAY=0s",
		"TIMETRACKER_SELLER_NAME=Northwind", "TIMETRACKER_SELLER_ADDRESS=Oslo", "TIMETRACKER_PLANS_URL=https://market.example",
	}
	webhookEnvironment := append(slices.Clone(environment),
		"TIMETRACKER_WEBHOOK_LISTEN="+addresses[2], "TIMETRACKER_INTERNAL_LISTEN="+addresses[3])
	for command, environment := range map[string][]string{"serve": environment, "webhook": webhookEnvironment} {
		early := apptest.Start(t, program, environment, command)
		if code := early.ExitCode(t); code != 1 {
			t.Errorf("%s before migrate: the exit code is %d", command, code)
		}
		want := "timetracker: database: the database file does not exist; run timetracker migrate\n"
		if got := early.Stderr.String(); got != want {
			t.Errorf("%s before migrate printed %s, want %s", command, got, want)
		}
	}
	migrate := apptest.Start(t, program, environment, "migrate")
	if code := migrate.ExitCode(t); code != 0 {
		t.Fatalf("migrate: %s", migrate.Stderr)
	}
	again := apptest.Start(t, program, append(slices.Clone(environment), "TIMETRACKER_LISTNE=x"), "migrate")
	if code := again.ExitCode(t); code != 0 {
		t.Errorf("migrate again: %s", again.Stderr)
	}
	if !strings.HasPrefix(migrate.Stdout.String(), "The database was empty and has schema version ") ||
		!strings.HasSuffix(again.Stdout.String(), " already.\n") {
		t.Errorf("migrate says %s and then %s", migrate.Stdout, again.Stdout)
	}
	if !strings.Contains(again.Stderr.String(), "TIMETRACKER_LISTNE") {
		t.Errorf("the mistyped variable is not named: %s", again.Stderr)
	}
	serve := apptest.Start(t, program, environment, "serve")
	webhook := apptest.Start(t, program, webhookEnvironment, "webhook")
	for _, internal := range []string{addresses[1], addresses[3]} {
		for _, path := range []string{"/healthz", "/metrics"} {
			apptest.AwaitOK(t, "http://"+internal+path)
		}
		// Until a signing key was fetched, every request would be refused.
		if status, why := apptest.Get(t, "http://"+internal+"/readyz"); status != http.StatusServiceUnavailable ||
			!strings.Contains(why, "no signing key") {
			t.Errorf("/readyz is answered with %d %s", status, why)
		}
	}
	for _, ask := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"healthcheck"}, 0, "The program is alive.\n"},
		{[]string{"healthcheck", "--ready"}, 1, "timetracker: the program may get no requests: no signing key"},
	} {
		asked := apptest.Start(t, program, environment, ask.args...)
		if code, says := asked.ExitCode(t), asked.Stdout.String()+asked.Stderr.String(); code != ask.code || !strings.HasPrefix(says, ask.says) {
			t.Errorf("%q: %d %s", ask.args, code, says)
		}
	}
	serve.Interrupt(t)
	if code := serve.ExitCode(t); code != 0 {
		t.Errorf("after Ctrl-C the exit code of serve is %d\n%s", code, serve.Stderr)
	}
	apptest.AwaitOK(t, "http://"+addresses[3]+"/healthz") // the webhook goes on without it
	webhook.Interrupt(t)
	if code := webhook.ExitCode(t); code != 0 {
		t.Errorf("after Ctrl-C the exit code of webhook is %d\n%s", code, webhook.Stderr)
	}
}
