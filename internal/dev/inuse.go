package dev

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/sandbox"
)

// greetingTimeout is how long a program on our address may take to say what it is.
const greetingTimeout = 2 * time.Second

// explain makes one sentence of what listening has failed with. It says what runs on addresses in use, and a command that
// works beside it.
func (o *Options) explain(ctx context.Context, err error) error {
	endpoints := inUse(err)
	if len(endpoints) == 0 {
		return err
	}
	var named, flags []string
	running := o.runsAlready(ctx, endpoints)
	if running {
		flags = append(flags, "--data "+o.Data+"-second")
	}
	own := []string{
		o.Listen, o.WebhookListen, o.InternalListen, o.DevOpsListen, o.DevOpsAPIListen, o.EntraListen, o.SignInListen,
		o.GraphListen, o.MarketplaceListen,
	}
	for _, e := range endpoints {
		free := freeAddress(ctx, e.Address, own)
		own = append(own, free)
		named = append(named, e.Address)
		flags = append(flags, e.Setting+" "+free)
	}
	beside := fmt.Sprintf("make dev ARGS=%q", strings.Join(flags, " "))
	if running {
		return fmt.Errorf("`timetracker dev` runs already, on %s: open %s, or stop it, or start a second one with: %s",
			strings.Join(named, ", "), o.DevOpsURL, beside)
	}
	return fmt.Errorf("%s in use by another program: stop it, or choose another address with: %s",
		strings.Join(named, ", "), beside)
}

// inUse gives the endpoints of every InUseError in a joined error, and nothing when another error is among them.
func inUse(err error) []app.Endpoint {
	parts := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		parts = joined.Unwrap()
	}
	var endpoints []app.Endpoint
	for _, part := range parts {
		taken, ok := errors.AsType[*app.InUseError](part)
		if !ok {
			return nil
		}
		endpoints = append(endpoints, taken.Endpoints...)
	}
	return endpoints
}

// runsAlready tells whether the API's address is in use by a `dev`, which has the sandbox's client id.
func (o *Options) runsAlready(ctx context.Context, endpoints []app.Endpoint) bool {
	for _, e := range endpoints {
		if e.Address == o.Listen {
			return isDev(ctx, o.PublicURL)
		}
	}
	return false
}

func isDev(ctx context.Context, publicURL string) bool {
	ctx, cancel := context.WithTimeout(ctx, greetingTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, publicURL+"/ext/config.json", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var settings struct {
		ClientID string `json:"spa_client_id"`
	}
	err = json.NewDecoder(http.MaxBytesReader(nil, response.Body, 1<<16)).Decode(&settings)
	return err == nil && settings.ClientID == sandbox.SPAClientID
}

// freeAddress gives an address of the same host that nobody listens on, as far from the given one as is easy to remember.
// It is none of the program's own, on which it will listen.
func freeAddress(ctx context.Context, address string, own []string) string {
	host, port, _ := net.SplitHostPort(address) // it has been listened on
	number, _ := strconv.Atoi(port)
	for next := number + 1000; next < 1<<16; next += 1000 {
		candidate := net.JoinHostPort(host, strconv.Itoa(next))
		if slices.Contains(own, candidate) {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", candidate)
		if err != nil {
			continue
		}
		_ = listener.Close() // nothing was sent
		return candidate
	}
	return net.JoinHostPort(host, "0")
}
