package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"timetracker/internal/apptest"
	"timetracker/internal/dev"
)

// These are the roles in which this test binary is started again, to be killed.
const (
	roleDev          = "dev"
	roleNaive        = "naive"
	roleStore        = "store"
	roleImport       = "import"
	roleWebhook      = "webhook"
	roleNaiveWebhook = "naive webhook"
)

func TestMain(m *testing.M) {
	apptest.Main(m, map[string]func(){
		roleDev:          role(runDev),
		roleNaive:        role(runNaive),
		roleStore:        role(runStore),
		roleImport:       role(runImport),
		roleWebhook:      role(runWebhook),
		roleNaiveWebhook: role(runNaiveWebhook),
	})
}

// role makes a role of a function that takes its options as JSON and runs until it is interrupted.
func role[Options any](run func(ctx context.Context, o Options) error) func() {
	return func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		var o Options
		err := json.Unmarshal([]byte(os.Args[1]), &o)
		if err == nil {
			err = run(ctx, o)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// start runs a role with its options.
func start(t *testing.T, name string, options any) *apptest.Process {
	t.Helper()
	text, err := json.Marshal(options)
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Start(t, name, nil, string(text))
}

func runDev(ctx context.Context, o dev.Options) error {
	return dev.Run(ctx, o, os.Stdout, os.Stderr)
}
