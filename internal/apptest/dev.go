package apptest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"timetracker/internal/dev"
)

// Dev is a `dev` that runs within the test.
type Dev struct {
	dev.Options
	Out  *Output
	Done chan struct{}      // closed when it has ended
	Stop context.CancelFunc // as Ctrl-C does; it does not wait
	err  error              // set before Done is closed
}

// StartDev runs dev until the test ends, and waits until it is ready.
func StartDev(t *testing.T, o dev.Options) *Dev {
	t.Helper()
	t.Setenv("TIMETRACKER_DATABASE_URL", "")
	ctx, stop := context.WithCancel(t.Context())
	d := &Dev{Options: o, Out: NewOutput(), Stop: stop, Done: make(chan struct{})}
	go func() {
		defer close(d.Done)
		d.err = dev.Run(ctx, o, d.Out, io.Discard)
	}()
	t.Cleanup(func() { d.End(t) })
	d.Out.AwaitLine(t, "ready", d.Done)
	return d
}

// End stops dev as Ctrl-C does, and waits for it.
func (d *Dev) End(t *testing.T) {
	t.Helper()
	d.Stop()
	<-d.Done
	if d.err != nil {
		t.Errorf("dev ended with: %v", d.err)
	}
}

// Token is an access token of one of the sandbox's people.
func (d *Dev) Token(t *testing.T, user string) string {
	t.Helper()
	token, err := dev.SandboxToken(t.Context(), d.Data, user)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Call calls the API as one of Contoso and decodes the answer, whose status must be the wanted one.
func (d *Dev) Call(t *testing.T, user, method, path, body string, status int, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Listen+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.Token(t, user))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != status {
		t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, content)
	}
	if err := json.Unmarshal(content, into); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
}

// AwaitRefused waits until nobody listens on the address.
func AwaitRefused(t *testing.T, address string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err != nil {
			return
		}
		_ = connection.Close()
	}
	t.Fatalf("%s still accepts connections", address)
}

// Get gives the answer to a GET.
func Get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
