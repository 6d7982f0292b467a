package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"timetracker/internal/config"
)

// healthPatience is how long the running program may take to answer. It is more than readinessTime.
const healthPatience = 4 * time.Second

// Healthcheck asks the program that runs with this configuration whether it is alive, or whether it may get requests. Its error
// says why not.
func Healthcheck(ctx context.Context, c config.Config, ready bool, out io.Writer) error {
	path, healthy, unhealthy := "/healthz", "The program is alive.", "the program is not well"
	if ready {
		path, healthy, unhealthy = "/readyz", "The program may get requests.", "the program may get no requests"
	}
	address, err := reachable(c.InternalListen)
	if err != nil {
		return err
	}
	ctx, end := context.WithTimeout(ctx, healthPatience)
	defer end()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	// A proxy of the environment is for calls of other machines.
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	response, err := client.Do(request)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("nothing answered on %s within %s", address, healthPatience)
	case err != nil:
		return fmt.Errorf("nothing answers on %s (TIMETRACKER_INTERNAL_LISTEN)", address)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // the status says enough
		return fmt.Errorf("%s: %s", unhealthy, strings.TrimPrefix(strings.TrimSpace(string(why)), "not ready: "))
	}
	_, err = fmt.Fprintln(out, healthy)
	return err
}

// reachable is the address under which this machine reaches what listens on an address. A program can listen on all addresses of
// a machine, but nobody can call all of them.
func reachable(listen string) (string, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "", fmt.Errorf("healthcheck: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
		if strings.Contains(listen, "::") {
			host = "::1"
		}
	}
	return net.JoinHostPort(host, port), nil
}
