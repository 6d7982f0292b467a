package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/sqlstore/enginetest"
)

// identityEndpoint is where a managed identity gets its tokens on App Service:
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
type identityEndpoint struct {
	mu     sync.Mutex
	play   http.HandlerFunc // instead of an answer
	asked  []string         // the query of each call
	tokens atomic.Int64
}

const identityHeader = "canary-of-the-identity-header"

func newIdentityEndpoint(t *testing.T) *identityEndpoint {
	t.Helper()
	e := &identityEndpoint{}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	t.Setenv("IDENTITY_ENDPOINT", server.URL+"/msi/token")
	t.Setenv("IDENTITY_HEADER", identityHeader)
	return e
}

func (e *identityEndpoint) set(play http.HandlerFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.play = play
}

// ServeHTTP gives each caller another token.
func (e *identityEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	play := e.play
	e.asked = append(e.asked, r.Header.Get("X-Identity-Header")+" "+r.URL.Query().Get("resource")+" "+r.URL.Query().Get("client_id"))
	e.mu.Unlock()
	if play != nil {
		play(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","expires_on":"%d","resource":"https://database.windows.net","token_type":"Bearer"}`,
		e.tokens.Add(1), time.Now().Add(time.Hour).Unix())
}

// signedIn is a pool of connections to a server that wants tokens, by an identity of the test's own.
func signedIn(t *testing.T, server *enginetest.TDS, within time.Duration) (pool *sql.DB, client string) {
	t.Helper()
	client = uuid.NewString() // the library remembers tokens for the whole process
	connector, err := newConnector(server.URL("&fedauth=activedirectorymanagedidentity&user+id=" + client))
	if err != nil {
		t.Fatal(err)
	}
	pool = sql.OpenDB(newBoundedLogin(connector, within))
	t.Cleanup(func() { _ = pool.Close() })
	return pool, client
}

// TestManagedIdentity shows that the token of the endpoint reaches the database, and that one serves many connections.
func TestManagedIdentity(t *testing.T) {
	endpoint := newIdentityEndpoint(t)
	var mu sync.Mutex
	var brought []string
	server := enginetest.NewTDS(t, func(r enginetest.Request) enginetest.Reply {
		if r.What == enginetest.Login {
			mu.Lock()
			brought = append(brought, r.Token)
			mu.Unlock()
		}
		return enginetest.Reply{Rows: [][]any{{int64(1_800_000_000_000)}}}
	})
	pool, client := signedIn(t, server, 10*time.Second)
	for range 3 {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		var now int64
		if err := conn.QueryRowContext(t.Context(), sqlServerDialect().clock).Scan(&now); err != nil || now != 1_800_000_000_000 {
			t.Fatalf("the clock shows %d: %v", now, err)
		}
	}
	if want := []string{"token-1", "token-1", "token-1"}; !slices.Equal(brought, want) {
		t.Errorf("logged in with %q, want %q", brought, want)
	}
	want := []string{identityHeader + " https://database.windows.net/ " + client}
	if len(endpoint.asked) != 1 || strings.Replace(endpoint.asked[0], ".net ", ".net/ ", 1) != want[0] {
		t.Errorf("asked for %q, want %q", endpoint.asked, want)
	}
}

// TestTheIdentityEndpointFails shows that a login ends in time, whatever the endpoint does. The log is told no secret, and
// nobody has to do anything when it is over.
func TestTheIdentityEndpointFails(t *testing.T) {
	release := make(chan struct{})
	for name, play := range map[string]http.HandlerFunc{
		"down":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"refusing": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"garbage":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>" + identityHeader)) },
		"empty":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
		"resetting": func(http.ResponseWriter, *http.Request) {
			panic(http.ErrAbortHandler)
		},
		"silent": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := newIdentityEndpoint(t)
			endpoint.set(play)
			server := enginetest.NewTDS(t, func(enginetest.Request) enginetest.Reply { return enginetest.Reply{} })
			pool, _ := signedIn(t, server, 300*time.Millisecond)
			d := sqlServerDialect()
			began := time.Now()
			err := d.wrap(pool.PingContext(t.Context()))
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("the login took %s", took)
			}
			if errs.KindOf(err) != errs.Unavailable || !d.Is(err, Broken) {
				t.Errorf("want a database that does not answer, got %v", err)
			}
			for cause := err; cause != nil; cause = errors.Unwrap(cause) {
				if strings.Contains(cause.Error(), identityHeader) || strings.Contains(cause.Error(), "\n") {
					t.Errorf("the log is told %s", cause)
				}
			}
			if name == "refusing" && !strings.Contains(errors.Unwrap(err).Error(), "400") {
				t.Errorf("the log is told %v", errors.Unwrap(err))
			}
			endpoint.set(nil)
			if err := d.wrap(pingPatiently(t.Context(), pool)); err != nil {
				t.Errorf("after the fault: %v", err)
			}
		})
	}
	close(release)
}

// pingPatiently logs in with the time that the product gives.
func pingPatiently(ctx context.Context, pool *sql.DB) (err error) {
	for range 20 {
		if err = pool.PingContext(ctx); err == nil {
			return nil
		}
	}
	return err
}

func TestWaysToSignIn(t *testing.T) {
	for address, want := range map[string]string{
		"sqlserver://db.example?encrypt=strict&fedauth=ActiveDirectoryManagedIdentity":                            "",
		"sqlserver://id@db.example?encrypt=true&FedAuth=activedirectorymsi":                                       "",
		"sqlserver://db.example?encrypt=true&fedauth=ActiveDirectoryWorkloadIdentity":                             "",
		"sqlserver://id%40tenant:hunter2@db.example?encrypt=true&fedauth=ActiveDirectoryServicePrincipal":         "",
		"sqlserver://id@db.example?encrypt=true&fedauth=ActiveDirectoryServicePrincipal&clientcertpath=app.pem":   "",
		"sqlserver://id@db.example?encrypt=true&fedauth=ActiveDirectoryServicePrincipal":                          "lacks what ActiveDirectoryServicePrincipal needs",
		"sqlserver://id:hunter2@db.example?encrypt=true&fedauth=ActiveDirectoryManagedIdentity":                   "has a password",
		"sqlserver://id@db.example?encrypt=true&fedauth=ActiveDirectoryWorkloadIdentity&password=hunter2":         "has a password",
		"sqlserver://db.example?encrypt=true&fedauth=ActiveDirectoryDefault":                                      "fedauth must be",
		"sqlserver://u:hunter2@db.example?encrypt=true&fedauth=ActiveDirectoryPassword&applicationclientid=x":     "fedauth must be",
		"sqlserver://db.example?encrypt=true&fedauth=ActiveDirectoryAzCli":                                        "fedauth must be",
		"sqlserver://db.example?encrypt=true&fedauth=ActiveDirectoryServicePrincipalAccessToken&password=hunter2": "fedauth must be",
		"sqlserver://db.example?fedauth=ActiveDirectoryManagedIdentity":                                           "must have encrypt=true",
		"sqlserver://127.0.0.1?fedauth=ActiveDirectoryManagedIdentity":                                            "must have encrypt=true",
		"sqlserver://127.0.0.1?encrypt=true&TrustServerCertificate=true&fedauth=ActiveDirectoryManagedIdentity":   "TrustServerCertificate",
	} {
		_, err := newConnector(address)
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: want %q, got %v", address, want, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the secret is told: %v", address, err)
		}
	}
}

// TestOpenSignsIn opens the database as a program does, by a URL with fedauth.
func TestOpenSignsIn(t *testing.T) {
	newIdentityEndpoint(t)
	server := enginetest.NewTDS(t, func(enginetest.Request) enginetest.Reply {
		return enginetest.Reply{Rows: [][]any{{int64(1)}}} // readers don't wait for writers
	})
	db, err := openSQLServer(t.Context(), Config{
		URL:        server.URL("&fedauth=ActiveDirectoryManagedIdentity&user+id=" + uuid.NewString()),
		Migrations: fstest.MapFS{"sqlserver/0001_first.up.sql": {Data: []byte("CREATE TABLE a (id BIGINT NOT NULL);")}}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Ping(t.Context()), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// TestAddressesOfDeploymentsAreAccepted reads the addresses that Compose and Bicep make.
func TestAddressesOfDeploymentsAreAccepted(t *testing.T) {
	address := regexp.MustCompile(`sqlserver://[^\s'"]+`)
	filledIn := regexp.MustCompile(`\$\{[^}]*\}`)
	for _, file := range []string{"compose.yaml", "azure/main.bicep"} {
		content, err := os.ReadFile("../../../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		all := address.FindAllString(filledIn.ReplaceAllString(string(content), "value"), -1)
		if len(all) == 0 {
			t.Errorf("%s has no address of a database", file)
		}
		for _, one := range all {
			if _, err := sqlServerConfig(one); err != nil {
				t.Errorf("%s: %s: %v", file, one, err)
			}
		}
	}
}
