package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"sync"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// sqlServerLogin is the longest that dialing and logging in may take.
const sqlServerLogin = 15 * time.Second

// boundedLogin ends a login when its context ends, or after sqlServerLogin. The driver limits only dialing, so a server
// that accepts the connection and then sends nothing would hold its caller for ever.
type boundedLogin struct {
	*mssql.Connector

	within time.Duration
}

// newBoundedLogin takes over the connector.
func newBoundedLogin(connector *mssql.Connector, within time.Duration) boundedLogin {
	connector.Dialer = loginDialer{}
	return boundedLogin{connector, within}
}

// errLogin is the error after sqlServerLogin.
var errLogin = errors.New("the database server does not answer a login")

// loginKey finds the login that a connection is dialed for.
type loginKey struct{}

// login closes the connections that were dialed for it when it takes too long. The driver may dial several addresses at
// the same time.
type login struct {
	ctx   context.Context
	mu    sync.Mutex
	stops []func() bool
}

// watch closes the connection when the login's context ends.
func (l *login) watch(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stops = append(l.stops, context.AfterFunc(l.ctx, func() { _ = conn.Close() }))
}

// done ends the watching and says whether the login was in time.
func (l *login) done() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	inTime := true
	for _, stop := range l.stops {
		inTime = stop() && inTime
	}
	return inTime
}

// Connect implements driver.Connector.
func (c boundedLogin) Connect(caller context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(caller, c.within)
	defer cancel()
	l := &login{ctx: ctx}
	conn, err := c.Connector.Connect(context.WithValue(ctx, loginKey{}, l))
	if l.done() && ctx.Err() == nil {
		return conn, withoutToken(err)
	}
	if err == nil {
		_ = conn.Close()
	}
	if err := caller.Err(); err != nil {
		return nil, err
	}
	if err := withoutToken(err); errors.Is(err, errLogin) {
		return nil, err
	}
	return nil, errLogin
}

// loginDialer dials, and gives the connection to the login.
type loginDialer struct{}

// DialContext implements mssql.Dialer.
func (loginDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: 30 * time.Second}
	conn, err := dialer.DialContext(ctx, network, address)
	if l, ok := ctx.Value(loginKey{}).(*login); ok && err == nil {
		// The dialer's own context does not serve, since the driver ends it after a successful login.
		l.watch(conn)
	}
	return conn, err
}
