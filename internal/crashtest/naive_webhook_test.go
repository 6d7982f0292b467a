package crashtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"timetracker/internal/apptest"
	"timetracker/internal/config"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
)

// naiveWebhookOptions are a choice of faults.
type naiveWebhookOptions struct {
	Early  bool // answers before it works
	Racing bool // events that look at the same time do so in pairs, so that a race that is rare otherwise is certain
}

// naiveEvents is the webhook that the test must catch. It looks whether it knows an event, stores it, asks Microsoft
// and applies the event, all in separate statements. Nothing in its database ensures that an event is stored once. It
// only knows ChangeQuantity.
type naiveEvents struct {
	naiveWebhookOptions
	db   *sql.DB
	api  *marketplaceapi.Client
	pair pair
}

const naiveWebhookSchema = `
CREATE TABLE IF NOT EXISTS subscriptions (id TEXT PRIMARY KEY, quantity INTEGER);
CREATE TABLE IF NOT EXISTS deliveries (operation TEXT);
CREATE TABLE IF NOT EXISTS lifecycle (operation TEXT);
CREATE TABLE IF NOT EXISTS audit (operation TEXT)`

func openNaive(ctx context.Context, databaseURL string) (*sql.DB, error) {
	file := strings.TrimPrefix(databaseURL, "sqlite:")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(wal)")
	if err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, naiveWebhookSchema)
	return db, err
}

func runNaiveWebhook(ctx context.Context, o naiveWebhookOptions) error {
	c, err := webhookConfig()
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return err
	}
	roots.AppendCertsFromPEM(pem)
	n := &naiveEvents{naiveWebhookOptions: o, pair: make(pair)}
	n.api, err = fulfillment(c, &http.Client{
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
	})
	if err != nil {
		return err
	}
	if n.db, err = openNaive(ctx, c.DatabaseURL.Reveal()); err != nil {
		return err
	}
	defer n.db.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.WebhookListen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(n.event), ReadHeaderTimeout: time.Minute}
	stopped := context.AfterFunc(ctx, func() { _ = server.Shutdown(context.WithoutCancel(ctx)) })
	defer stopped()
	fmt.Fprintln(os.Stdout, "ready")
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// event believes every caller.
func (n *naiveEvents) event(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err == nil && n.Early {
		w.Header().Set("Content-Length", "0")
		err = http.NewResponseController(w).Flush()
	}
	ctx := context.WithoutCancel(r.Context())
	var event marketplace.Notification
	if err == nil {
		event, err = marketplace.ParseNotification(body)
	}
	if err == nil {
		err = n.apply(ctx, event)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	go func() { _ = n.api.Acknowledge(ctx, event.SubscriptionID, event.OperationID) }()
}

func (n *naiveEvents) apply(ctx context.Context, event marketplace.Notification) error {
	var known int
	err := n.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM deliveries WHERE operation = ?`, event.OperationID.String()).Scan(&known)
	if err != nil || known > 0 {
		return err
	}
	if n.Racing {
		n.pair.meet()
	}
	if _, err := n.db.ExecContext(ctx, `INSERT INTO deliveries VALUES (?)`, event.OperationID.String()); err != nil {
		return err
	}
	op, err := n.api.Operation(ctx, event.SubscriptionID, event.OperationID)
	if err != nil {
		return err
	}
	_, err = n.db.ExecContext(ctx, `UPDATE subscriptions SET quantity = ? WHERE id = ?`, op.Quantity, op.SubscriptionID.String())
	for _, log := range []string{"lifecycle", "audit"} {
		if err == nil {
			_, err = n.db.ExecContext(ctx, `INSERT INTO `+log+` VALUES (?)`, event.OperationID.String())
		}
	}
	return err
}

// naiveWebhook is the webhook above, with both subscriptions in its database.
func naiveWebhook(t *testing.T, s *sky, o naiveWebhookOptions) receiver {
	t.Helper()
	c := s.Config(t, "sqlite:"+filepath.Join(t.TempDir(), "naive.db"))
	options, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	db := openNaiveDatabase(t, c)
	for _, id := range []string{s.own, s.other} {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO subscriptions VALUES (?, 10)`, id); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	return receiver{
		start: func(t *testing.T) *apptest.Process {
			t.Helper()
			process := apptest.Start(t, roleNaiveWebhook, webhookEnvironment(c), string(options))
			process.AwaitLine(t, "ready")
			return process
		},
		look: func(t *testing.T, operationID string) account {
			t.Helper()
			db := openNaiveDatabase(t, c)
			defer db.Close()
			a := account{}
			quantity := func(id string) (b bound) {
				b = bound{Plan: "team", Status: "subscribed", RateMinor: 900, Tenant: "active"}
				err := db.QueryRowContext(t.Context(), `SELECT quantity FROM subscriptions WHERE id = ?`, id).Scan(&b.Quantity)
				if err != nil {
					t.Fatal(err)
				}
				b.Seats = b.Quantity
				return b
			}
			a.Own, a.Other = quantity(s.own), quantity(s.other)
			for log, into := range map[string]*int{"deliveries": &a.Deliveries, "lifecycle": &a.Lifecycle, "audit": &a.Audit} {
				err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+log+` WHERE operation = ?`, operationID).Scan(into)
				if err != nil {
					t.Fatal(err)
				}
			}
			return a
		},
	}
}

func openNaiveDatabase(t *testing.T, c config.Config) *sql.DB {
	t.Helper()
	db, err := openNaive(t.Context(), c.DatabaseURL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	return db
}
