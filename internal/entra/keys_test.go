package entra

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/errs"
)

// upstreamSecret is a part of every answer, as any answer may contain a secret.
const upstreamSecret = "upstream-secret"

func TestUnknownKeysAreFetchedOnce(t *testing.T) {
	s := newSetup(t)
	_, err := s.Verify(t.Context(), s.token(head("kid", "nobody")))
	wantRefused(t, err, "token_invalid") // the authority was asked, and doesn't have it
	for range 200 {
		_, err := s.Verify(t.Context(), s.token(head("kid", "nobody")))
		wantUnavailable(t, s, err)
	}
	for range 20 {
		_, err := s.Verify(t.Context(), s.token(signedBy("main", rsaKeys().stranger)))
		wantRefused(t, err, "token_invalid")
	}
	wantFetches(t, s, 1)

	s.advance(refetchAfter - time.Millisecond)
	for range 10 {
		_, _ = s.Verify(t.Context(), s.token(head("kid", "nobody")))
	}
	wantFetches(t, s, 1)
	s.advance(time.Millisecond)
	for range 10 {
		_, _ = s.Verify(t.Context(), s.token(head("kid", "nobody")))
	}
	wantFetches(t, s, 2)
}

func TestNothingIsFetchedForWhatIsNoToken(t *testing.T) {
	s := newSetup(t)
	for _, token := range []string{"", "a.b.c", s.token() + "\n", s.token(head("kid", nil)), s.token(head("alg", "none")),
		s.token(head("typ", nil)), s.token(head("crit", []string{"exp"})), s.token(claim("x", strings.Repeat("x", 16<<10)))} {
		_, err := s.Verify(t.Context(), token)
		wantRefused(t, err, "token_invalid")
	}
	wantFetches(t, s, 0)
}

func wantFetches(t *testing.T, s *setup, want int64) {
	t.Helper()
	if n := s.directory.metadataFetches.Load(); n != want {
		t.Errorf("metadata was fetched %d times, want %d", n, want)
	}
	if n := s.directory.keyFetches.Load(); n != want {
		t.Errorf("keys were fetched %d times, want %d", n, want)
	}
}

func TestFirstCallsShareOneFetch(t *testing.T) {
	s := newSetup(t)
	token := s.token()
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := s.Verify(t.Context(), token); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantFetches(t, s, 1)
}

func TestFetchOutlivesItsFirstCaller(t *testing.T) {
	s := newSetup(t)
	token := s.token()
	asked, answer := make(chan struct{}), make(chan struct{})
	publish := s.directory.jwks
	s.directory.answerKeys(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-answer
		publish(w, r)
	})
	impatient, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := s.Verify(impatient, token)
		left <- err
	}()
	<-asked
	leave()
	if err := <-left; !errors.Is(err, context.Canceled) || errs.KindOf(err) != errs.Unavailable {
		t.Errorf("the caller that left got %v", err)
	}
	stayed := make(chan error)
	go func() {
		_, err := s.Verify(t.Context(), token)
		stayed <- err
	}()
	close(answer)
	if err := <-stayed; err != nil {
		t.Errorf("the caller that stayed got %v", err)
	}
	wantFetches(t, s, 1)
}

func TestRollover(t *testing.T) {
	s := newSetup(t)
	d := s.directory
	verify := func(kid string) error {
		key := rsaKeys().main
		if kid == "next" {
			key = rsaKeys().next
		}
		_, err := s.Verify(t.Context(), s.token(signedBy(kid, key)))
		return err
	}
	if err := verify("main"); err != nil {
		t.Fatal(err)
	}

	d.publish(d.jwk("main", &rsaKeys().main.PublicKey), d.jwk("next", &rsaKeys().next.PublicKey))
	s.advance(refetchAfter)
	if err := errors.Join(verify("next"), verify("main")); err != nil {
		t.Errorf("with both keys published: %v", err)
	}
	wantFetches(t, s, 2)

	d.publish(d.jwk("next", &rsaKeys().next.PublicKey))
	if err := verify("main"); err != nil {
		t.Errorf("a key was dropped before a refresh: %v", err)
	}
	s.refreshNow(t)
	wantRefused(t, verify("main"), "token_invalid")
	if err := verify("next"); err != nil {
		t.Errorf("after the rollover: %v", err)
	}
}

// A key that is published right after a fetch is not known yet. A refusal would sign people out, so they are told when
// to come again.
func TestNewKeyRightAfterAFetch(t *testing.T) {
	s := newSetup(t)
	if _, err := s.Verify(t.Context(), s.token()); err != nil {
		t.Fatal(err)
	}
	s.directory.publish(
		s.directory.jwk("main", &rsaKeys().main.PublicKey), s.directory.jwk("next", &rsaKeys().next.PublicKey))
	s.advance(time.Minute)
	genuine := s.token(signedBy("next", rsaKeys().next))
	_, err := s.Verify(t.Context(), genuine)
	wantUnavailable(t, s, err)
	e, _ := errors.AsType[*errs.Error](err)
	if e.RetryAfter != refetchAfter-time.Minute {
		t.Errorf("told to come again after %s, want %s", e.RetryAfter, refetchAfter-time.Minute)
	}
	s.advance(e.RetryAfter)
	if _, err := s.Verify(t.Context(), genuine); err != nil {
		t.Errorf("after that time: %v", err)
	}
}

// The token of a withdrawn key has to be renewed, so waiting would not help. Once it can't be valid any more, its key is
// as unknown as any other.
func TestWithdrawnKeysAreRefused(t *testing.T) {
	s := newSetup(t)
	old := s.token()
	if _, err := s.Verify(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	next := s.directory.jwk("next", &rsaKeys().next.PublicKey)
	s.directory.publish(next)
	s.refreshNow(t)
	for range 3 {
		_, err := s.Verify(t.Context(), old)
		wantRefused(t, err, "token_invalid")
	}
	s.advance(29 * time.Hour)
	s.directory.publish(next, s.directory.jwk("third", &rsaKeys().other.PublicKey))
	s.refreshNow(t)
	_, err := s.Verify(t.Context(), old)
	wantUnavailable(t, s, err)

	s.directory.publish(next, s.directory.jwk("main", &rsaKeys().main.PublicKey))
	s.refreshNow(t)
	if _, err := s.Verify(t.Context(), s.token()); err != nil {
		t.Errorf("a key that has come back: %v", err)
	}
}

func TestEmergencyRollover(t *testing.T) {
	s := newSetup(t)
	stolen := s.token()
	if _, err := s.Verify(t.Context(), stolen); err != nil {
		t.Fatal(err)
	}
	s.directory.publish(s.directory.jwk("next", &rsaKeys().next.PublicKey))
	s.advance(refetchAfter)
	if _, err := s.Verify(t.Context(), s.token(signedBy("next", rsaKeys().next))); err != nil {
		t.Fatalf("the new key is not taken: %v", err)
	}
	_, err := s.Verify(t.Context(), stolen) // remembered until a moment ago
	wantRefused(t, err, "token_invalid")
}

// faults are the ways in which the authority can fail.
func faults(s *setup) map[string]func(d *directory) {
	d := s.directory
	keys := func(answer http.HandlerFunc) func(*directory) {
		return func(d *directory) { d.answerKeys(answer) }
	}
	metadata := func(members map[string]any) func(*directory) {
		document := map[string]any{"issuer": d.issuer("{tenantid}"), "jwks_uri": d.URL + "/organizations/discovery/v2.0/keys"}
		override(document, members)
		return func(d *directory) { d.publishMetadata(document) }
	}
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(connection, answer)
			_ = connection.Close()
		}
	}
	stranger := &rsaKeys().stranger.PublicKey
	return map[string]func(*directory){
		"503":              keys(text(http.StatusServiceUnavailable, upstreamSecret)),
		"404 with keys":    keys(text(http.StatusNotFound, mustJSON(map[string]any{"keys": []any{d.jwk("x", stranger)}}))),
		"HTML":             keys(text(http.StatusOK, "<html>"+upstreamSecret+"</html>")),
		"half":             keys(text(http.StatusOK, `{"keys":[{"kid":"`+upstreamSecret)),
		"another document": keys(text(http.StatusOK, `{"keys":"`+upstreamSecret+`"}`)),
		"nothing":          keys(text(http.StatusOK, "")),
		"null":             keys(text(http.StatusOK, "null")),
		"no keys":          keys(text(http.StatusOK, `{"keys":[]}`)),
		"no key of use": func(d *directory) {
			d.publish(
				d.jwk("", stranger),
				d.jwk("main", stranger, map[string]any{"issuer": nil}),
				d.jwk("main", stranger, map[string]any{"use": nil}),
				d.jwk("main", stranger, map[string]any{"use": "enc"}),
				d.jwk("main", stranger, map[string]any{"alg": "PS256"}),
				d.jwk("main", &rsaKeys().small.PublicKey),
				map[string]any{"kty": upstreamSecret},
			)
		},
		"200 MiB": keys(func(w http.ResponseWriter, _ *http.Request) { sendSpaces(w, 200<<20) }),
		"2 MiB with keys": keys(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, mustJSON(map[string]any{"keys": []any{d.jwk("main", &rsaKeys().main.PublicKey)}}))
			sendSpaces(w, 2<<20)
		}),
		"not HTTP":        keys(raw(upstreamSecret + "\r\n\r\n")),
		"bad status line": keys(raw("HTTP/1.1 " + upstreamSecret + "\r\n\r\n")),
		"bad header":      keys(raw("HTTP/1.1 200 OK\r\n" + upstreamSecret + "\r\n\r\n")),
		"cut short":       keys(raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"" + upstreamSecret)),
		"redirect": keys(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/"+upstreamSecret, http.StatusFound)
		}),
		"metadata 500":         func(d *directory) { d.answerMetadata(text(http.StatusInternalServerError, upstreamSecret)) },
		"metadata HTML":        func(d *directory) { d.answerMetadata(text(http.StatusOK, "<html>"+upstreamSecret)) },
		"fixed issuer":         metadata(map[string]any{"issuer": d.issuer(upstreamSecret)}),
		"no issuer":            metadata(map[string]any{"issuer": nil}),
		"no jwks_uri":          metadata(map[string]any{"jwks_uri": nil}),
		"relative jwks_uri":    metadata(map[string]any{"jwks_uri": "/organizations/discovery/v2.0/keys"}),
		"jwks_uri elsewhere":   metadata(map[string]any{"jwks_uri": "https://evil.example/" + upstreamSecret}),
		"jwks_uri over http":   metadata(map[string]any{"jwks_uri": "http" + strings.TrimPrefix(d.URL, "https") + "/keys"}),
		"jwks_uri unreadable":  metadata(map[string]any{"jwks_uri": "https://[" + upstreamSecret}),
		"jwks_uri of a suffix": metadata(map[string]any{"jwks_uri": d.URL + ".evil.example/" + upstreamSecret}),
	}
}

// sendSpaces sends spaces until the client stops reading, and gives their number.
func sendSpaces(w io.Writer, size int) (sent int) {
	for chunk := []byte(strings.Repeat(" ", 1<<16)); sent < size; sent += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			break
		}
	}
	return sent
}

func TestHugeAnswerIsNotRead(t *testing.T) {
	s := newSetup(t)
	sent := make(chan int, 1)
	s.directory.answerKeys(func(w http.ResponseWriter, _ *http.Request) { sent <- sendSpaces(w, 200<<20) })
	_, err := s.Verify(t.Context(), s.token())
	wantUnavailable(t, s, err)
	if n := <-sent; n > 100<<20 {
		t.Errorf("%d bytes were taken", n)
	}
}

func TestFaultsOfTheAuthority(t *testing.T) {
	for name := range faults(newSetup(t)) {
		t.Run(name, func(t *testing.T) {
			s := newSetup(t)
			jwks, metadata := s.directory.jwks, s.directory.metadata
			fail := faults(s)[name]

			// Before any key is known, nobody is accepted and nobody is refused for good.
			fail(s.directory)
			_, err := s.Verify(t.Context(), s.token())
			wantUnavailable(t, s, err)

			// The authority recovers and fails again. Known keys still work.
			s.directory.answerKeys(jwks)
			s.directory.answerMetadata(metadata)
			s.advance(refetchAfter)
			if _, err := s.Verify(t.Context(), s.token()); err != nil {
				t.Fatal(err)
			}
			fail(s.directory)
			s.advance(refetchAfter)
			_, err = s.Verify(t.Context(), s.token(signedBy("next", rsaKeys().next)))
			wantUnavailable(t, s, err)
			if _, err := s.Verify(t.Context(), s.token()); err != nil {
				t.Errorf("with a known key: %v", err)
			}
			_, err = s.Verify(t.Context(), s.token(signedBy("main", rsaKeys().stranger)))
			wantRefused(t, err, "token_invalid")

			// After a day without a successful refresh the keys are no longer trusted.
			s.advance(keysLast - refetchAfter - time.Millisecond)
			token := s.token()
			if _, err := s.Verify(t.Context(), token); err != nil {
				t.Errorf("at the end of the day: %v", err)
			}
			s.advance(time.Millisecond)
			_, err = s.Verify(t.Context(), token) // whether remembered or not
			wantUnavailable(t, s, err)

			s.directory.answerKeys(jwks)
			s.directory.answerMetadata(metadata)
			s.advance(refetchAfter)
			if _, err := s.Verify(t.Context(), token); err != nil {
				t.Errorf("after the recovery: %v", err)
			}
		})
	}
}

func wantUnavailable(t *testing.T, s *setup, err error) {
	t.Helper()
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Kind != errs.Unavailable || e.Code != "signing_keys_unavailable" || e.RetryAfter <= 0 {
		t.Fatalf("got %v, want signing_keys_unavailable with a time to retry", err)
	}
	for _, secret := range []string{upstreamSecret, "evil", adaEmail, "127.0.0.1"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error %q holds %q", err, secret)
		}
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q: %s", secret, s.log)
		}
	}
}

func TestAuthorityIsGone(t *testing.T) {
	s := newSetup(t)
	token := s.token()
	s.directory.Close()
	_, err := s.Verify(t.Context(), token)
	wantUnavailable(t, s, err)
	if !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("the log is not told why: %v", err)
	}
}

func TestAuthorityIsNotTrusted(t *testing.T) {
	s := newSetup(t)
	s.keys.client.Transport = &http.Transport{} // without the server's root
	_, err := s.Verify(t.Context(), s.token())
	wantUnavailable(t, s, err)
	if !strings.Contains(err.Error(), "certificate") {
		t.Errorf("the log is not told why: %v", err)
	}
	wantFetches(t, s, 0)
}

// inMemory calls the directory's handler without a network, since synctest's clock waits while one is used.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	m.handler.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// useTestClock makes synctest's time that of the verifier and of its tokens.
func (s *setup) useTestClock() {
	client := &http.Client{Transport: inMemory{s.directory.Config.Handler}}
	s.keys = newKeySet(s.keys.authority, s.keys.directory, client, time.Now, slog.New(slog.DiscardHandler))
	s.now = time.Now
	s.advance(time.Since(s.Now()))
}

func TestHungAuthority(t *testing.T) {
	s := newSetup(t) // outside the bubble: its server waits on a network
	synctest.Test(t, func(t *testing.T) {
		s.useTestClock()
		s.directory.answerKeys(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		started := time.Now()
		var group sync.WaitGroup
		var unavailable atomic.Int64
		for range 20 {
			group.Go(func() {
				if _, err := s.Verify(t.Context(), s.token()); errs.Is(err, errs.Unavailable) {
					unavailable.Add(1)
				}
			})
		}
		group.Wait()
		if n := unavailable.Load(); n != 20 {
			t.Errorf("%d of 20 calls were answered with unavailable", n)
		}
		if waited := time.Since(started); waited != fetchTimeout {
			t.Errorf("they waited %s, want %s", waited, fetchTimeout)
		}
		wantFetches(t, s, 1)
	})
}

func TestRun(t *testing.T) {
	s := newSetup(t) // outside the bubble: its server waits on a network
	synctest.Test(t, func(t *testing.T) {
		s.useTestClock()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			s.Run(ctx)
			close(ended)
		}()
		synctest.Wait()
		wantFetches(t, s, 1) // at once

		if _, err := s.Verify(t.Context(), s.token()); err != nil {
			t.Fatal(err)
		}
		wantFetches(t, s, 1)
		if n := remembers(s); n != 1 {
			t.Errorf("%d tokens are remembered, want 1", n)
		}
		wait(rememberFor)
		if n := remembers(s); n != 0 {
			t.Errorf("%d tokens are still kept, want 0", n)
		}

		wait(refreshEvery - rememberFor - time.Second)
		wantFetches(t, s, 1)
		wait(time.Second)
		wantFetches(t, s, 2)

		jwks := s.directory.jwks
		s.directory.answerKeys(http.NotFound)
		wait(refreshEvery) // fails
		wantFetches(t, s, 3)
		wait(retryEvery)
		wantFetches(t, s, 4)
		s.directory.answerKeys(jwks)
		wait(retryEvery)
		wantFetches(t, s, 5)
		wait(10 * retryEvery)
		wantFetches(t, s, 5)
		if s.keys.trusted(time.Now()) == nil {
			t.Error("no keys after the recovery")
		}

		stop()
		<-ended
	})
}

// wait lets synctest's time pass, and lets everything happen that is due at its end.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
