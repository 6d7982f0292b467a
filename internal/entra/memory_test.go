package entra

import (
	"encoding/binary"
	"sync"
	"testing"
	"time"
)

func TestRememberedTokenIsCheckedForItsLifetime(t *testing.T) {
	s := newSetup(t)
	token := s.token(claim("exp", s.Now().Unix()+60))
	if _, err := s.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	s.advance(119 * time.Second) // within the skew, and no longer remembered
	if _, err := s.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	s.advance(time.Second)
	_, err := s.Verify(t.Context(), token)
	wantRefused(t, err, "token_expired")

	early := s.token(claim("nbf", s.Now().Unix()+90))
	_, err = s.Verify(t.Context(), early)
	wantRefused(t, err, "token_invalid")
	s.advance(30 * time.Second)
	if _, err := s.Verify(t.Context(), early); err != nil {
		t.Error(err)
	}
}

func TestRememberedTokenGoesWithTheKeys(t *testing.T) {
	main, next := &rsaKeys().main.PublicKey, &rsaKeys().next.PublicKey
	tests := []struct {
		name   string
		change func(d *directory)
		want   int
	}{
		{"nothing changes", func(*directory) {}, 1},
		{"in another order", func(d *directory) { d.publish(d.jwk("next", next), d.jwk("main", main)) }, 1},
		{"one more key", func(d *directory) {
			d.publish(d.jwk("main", main), d.jwk("next", next), d.jwk("third", next))
		}, 0},
		{"one key less", func(d *directory) { d.publish(d.jwk("main", main)) }, 0},
		{"another key by the same id", func(d *directory) { d.publish(d.jwk("main", main), d.jwk("next", main)) }, 0},
		{"another issuer for a key", func(d *directory) {
			d.publish(d.jwk("main", main), d.jwk("next", next, map[string]any{"issuer": d.issuer(contoso)}))
		}, 0},
		{"another issuer in the metadata", func(d *directory) {
			d.publishMetadata(map[string]any{
				"issuer":   "https://login.example/{tenantid}/v2.0",
				"jwks_uri": d.URL + "/organizations/discovery/v2.0/keys",
			})
		}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newSetup(t)
			s.directory.publish(s.directory.jwk("main", main), s.directory.jwk("next", next))
			if _, err := s.Verify(t.Context(), s.token()); err != nil {
				t.Fatal(err)
			}
			test.change(s.directory)
			s.refreshNow(t)
			if n := remembers(s); n != test.want {
				t.Errorf("%d tokens are remembered, want %d", n, test.want)
			}
		})
	}
}

// remembers counts remembered tokens.
func remembers(s *setup) int {
	m := s.keys.latest.Load().memory
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.grants)
}

func TestMemoryIsBounded(t *testing.T) {
	now := newClock().Now()
	m := newMemory()
	g := grant{lifetime: lifetime{expires: now.Unix() + 3600}}
	for i := range memorySize + 500 {
		m.remember(numbered(i), g, now)
	}
	if len(m.grants) != memorySize {
		t.Errorf("%d tokens are remembered, want %d", len(m.grants), memorySize)
	}
	if _, ok := m.recall(numbered(memorySize+499), now); !ok {
		t.Error("the newest token was not remembered")
	}
}

func TestMemoryIsShort(t *testing.T) {
	now := newClock().Now()
	m := newMemory()
	m.remember(numbered(1), grant{lifetime: lifetime{expires: now.Unix() + 3600}}, now)
	m.remember(numbered(2), grant{lifetime: lifetime{expires: now.Unix() + 60}}, now)
	m.remember(numbered(3), grant{lifetime: lifetime{expires: now.Unix()}}, now)
	if len(m.grants) != 2 {
		t.Errorf("%d tokens are kept, want 2: the third has expired", len(m.grants))
	}
	tests := []struct {
		token int
		after time.Duration
		want  bool
	}{
		{1, rememberFor - time.Millisecond, true},
		{1, rememberFor, false},
		{2, time.Minute - time.Millisecond, true},
		{2, time.Minute, false},
		{3, 0, false},
	}
	for _, test := range tests {
		if _, got := m.recall(numbered(test.token), now.Add(test.after)); got != test.want {
			t.Errorf("token %d after %s: remembered is %t, want %t", test.token, test.after, got, test.want)
		}
	}
	m.forget(now.Add(time.Minute))
	if len(m.grants) != 1 {
		t.Errorf("%d tokens are kept, want 1", len(m.grants))
	}
}

func numbered(i int) (d digest) {
	binary.BigEndian.PutUint64(d[:], uint64(i))
	return d
}

func TestRememberedTokenCostsNoAllocation(t *testing.T) {
	s := newSetup(t)
	token := s.token()
	if allocations := testing.AllocsPerRun(100, func() { _, _ = s.Verify(t.Context(), token) }); allocations > 0 {
		t.Errorf("%v allocations", allocations)
	}
}

func TestVerifyConcurrently(t *testing.T) {
	s := newSetup(t)
	d := s.directory
	tokens := []string{s.token(), s.token(), s.token()}
	var group sync.WaitGroup
	for _, token := range tokens {
		for range 8 {
			group.Go(func() {
				for range 50 {
					if _, err := s.Verify(t.Context(), token); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	for i := range 20 {
		if i%2 == 0 {
			d.publish(d.jwk("main", &rsaKeys().main.PublicKey), d.jwk("next", &rsaKeys().next.PublicKey))
		} else {
			d.publish(d.jwk("main", &rsaKeys().main.PublicKey))
		}
		s.refreshNow(t)
	}
	group.Wait()
}

func BenchmarkVerifyRemembered(b *testing.B) {
	s := newSetup(b)
	token := s.token()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyFresh(b *testing.B) {
	s := newSetup(b)
	token := s.token()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
		clear(s.keys.latest.Load().memory.grants)
	}
}
