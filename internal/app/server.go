package app

import (
	"cmp"
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
	Certificate *tls.Certificate       // nil: plain HTTP
	Internal    bool                   // for the platform, which it must answer until everything else has ended
	Connections httpserver.Connections // zero: httpserver.DefaultConnections
}

// Server listens on every endpoint of a process.
type Server struct {
	endpoints []Endpoint
	listeners []net.Listener
	log       *slog.Logger
	// withdraw is called when the program is told to stop. The server serves on until it returns, so that whoever sends
	// requests has time to send them elsewhere. nil: it does not serve on.
	withdraw func()
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

// OnStop sets what is called when the program is told to stop. The server serves on until it returns.
func (s *Server) OnStop(withdraw func()) { s.withdraw = withdraw }

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

// serve answers on every endpoint until ctx ends. Then it withdraws, lets requests in flight finish, and ends the internal
// endpoints last. An endpoint that fails ends the others.
func (s *Server) serve(ctx context.Context) error {
	group, failing := errgroup.WithContext(context.WithoutCancel(ctx))
	servers := make([]*http.Server, len(s.endpoints))
	for i, e := range s.endpoints {
		server := httpserver.New(e.Address, e.Handler, s.log)
		servers[i] = server
		listener := httpserver.Guard(s.listeners[i], cmp.Or(e.Connections, httpserver.DefaultConnections()), s.log)
		if e.Certificate != nil {
			listener = tls.NewListener(listener, &tls.Config{
				Certificates: []tls.Certificate{*e.Certificate}, MinVersion: tls.VersionTLS12,
				NextProtos: []string{"h2", "http/1.1"},
			})
		}
		group.Go(func() error {
			if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", e.Address, err)
			}
			return nil
		})
	}
	select {
	case <-ctx.Done():
		if s.withdraw != nil {
			s.withdraw()
		}
	case <-failing.Done():
	}
	for _, internal := range []bool{false, true} {
		var ending sync.WaitGroup
		for i, e := range s.endpoints {
			if e.Internal == internal {
				ending.Go(func() { s.shutDown(ctx, servers[i]) })
			}
		}
		ending.Wait()
	}
	return group.Wait()
}

// shutDown lets requests in flight finish for shutdownTime. What takes longer is cut off, since the platform would kill
// the program soon.
func (s *Server) shutDown(ctx context.Context, server *http.Server) {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		s.log.WarnContext(ctx, "requests were cut off", "listen", server.Addr)
		_ = server.Close() // nothing more can be done
	}
}
