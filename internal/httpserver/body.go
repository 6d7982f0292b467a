package httpserver

import (
	"io"
	"net/http"
	"sync"
	"time"
)

// lastBodies is how long the bodies of requests may take to arrive once the server is shutting down. So long may the rest of
// one take that its handler has not read.
const lastBodies = 2 * time.Second

// openBodies knows the requests whose body has not arrived yet. A client that has sent a half must not hold up the end of
// the program. Nor may it keep a connection: net/http waits for the rest of a body that the handler has not read.
type openBodies struct {
	mu       sync.Mutex
	open     map[*openBody]struct{}
	hurrying bool
}

// openBody is a body of which the end has not been read.
type openBody struct {
	io.ReadCloser
	all        *openBodies
	connection *http.ResponseController
}

// watch is the middleware.
func (b *openBodies) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		body := &openBody{ReadCloser: r.Body, all: b, connection: http.NewResponseController(w)}
		b.add(body)
		defer func() {
			if b.remove(body) {
				body.hurry()
			}
		}()
		r.Body = body
		next.ServeHTTP(w, r)
	})
}

func (b *openBodies) add(body *openBody) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[*openBody]struct{}{}
	}
	b.open[body] = struct{}{}
	if b.hurrying {
		body.hurry()
	}
}

// remove says whether the body was open.
func (b *openBodies) remove(body *openBody) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, open := b.open[body]
	delete(b.open, body)
	return open
}

// hurry gives every body lastBodies to arrive.
func (b *openBodies) hurry() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hurrying = true
	for body := range b.open {
		body.hurry()
	}
}

// hurry fails only where nothing is read from a network.
func (b *openBody) hurry() {
	deadline := time.Now().Add(lastBodies) //nolint:forbidigo // the deadlines of a network are by the machine's clock
	_ = b.connection.SetReadDeadline(deadline)
}

// Read forgets the body at its end, where net/http removes the deadline.
func (b *openBody) Read(data []byte) (int, error) {
	n, err := b.ReadCloser.Read(data)
	if err != nil {
		b.all.remove(b)
	}
	return n, err
}
