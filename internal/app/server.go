package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"timetracker/internal/httpserver"

	"golang.org/x/sync/errgroup"
)

// shutdownTime is how long requests in flight may take after the program was told to stop.
const shutdownTime = 20 * time.Second

// Endpoint is one address that the program listens on.
type Endpoint struct {
	Setting     string // names the flag or variable of the address in messages
	Address     string
	Handler     http.Handler
	Certificate *tls.Certificate // nil: plain HTTP
}

// Server listens on every endpoint of a process.
type Server struct {
	endpoints []Endpoint
	listeners []net.Listener
	log       *slog.Logger
}

// InUseError says which addresses can't be listened on, since a program does so already.
type InUseError struct {
	Endpoints []Endpoint
}

func (e *InUseError) Error() string {
	named := make([]string, len(e.Endpoints))
	for i, taken := range e.Endpoints {
		named[i] = taken.Address + " (" + taken.Setting + ")"
	}
	if len(named) == 1 {
		return named[0] + " is in use by another program; stop it, or choose another address"
	}
	return strings.Join(named, ", ") + " are in use by other programs; stop them, or choose other addresses"
}

// Listen opens every endpoint before it serves any, so that nothing runs half. An InUseError names every address in use.
func Listen(ctx context.Context, endpoints []Endpoint, log *slog.Logger) (*Server, error) {
	server := &Server{endpoints: endpoints, log: log}
	var inUse []Endpoint
	for _, e := range endpoints {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", e.Address)
		switch {
		case errors.Is(err, syscall.EADDRINUSE):
			inUse = append(inUse, e)
		case err != nil:
			server.Close()
			return nil, fmt.Errorf("%s %s: %w", e.Setting, e.Address, err)
		default:
			server.listeners = append(server.listeners, listener)
		}
	}
	if len(inUse) > 0 {
		server.Close()
		return nil, &InUseError{Endpoints: inUse}
	}
	return server, nil
}

// Close ends a server that was never run.
func (s *Server) Close() {
	for _, listener := range s.listeners {
		_ = listener.Close()
	}
}

// Run serves and does the background work until ctx ends; it returns when both have ended. It is called once.
func (s *Server) Run(ctx context.Context, background ...func(context.Context)) error {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, work := range background {
		running.Go(func() { work(ctx) })
	}
	err := s.serve(ctx)
	stop()
	running.Wait()
	return err
}

// serve answers on every endpoint until ctx ends, then lets requests in flight finish.
func (s *Server) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for i, e := range s.endpoints {
		server := httpserver.New(e.Address, e.Handler, s.log)
		listener := s.listeners[i]
		if e.Certificate != nil {
			listener = tls.NewListener(listener, &tls.Config{
				Certificates: []tls.Certificate{*e.Certificate}, MinVersion: tls.VersionTLS12,
				NextProtos: []string{"http/1.1"},
			})
		}
		group.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", e.Address, err)
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
			defer cancel()
			if err := server.Shutdown(ending); err != nil {
				return fmt.Errorf("stop %s: %w", e.Address, err)
			}
			return nil
		})
	}
	return group.Wait()
}
