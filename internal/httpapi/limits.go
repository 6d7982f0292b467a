package httpapi

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

// Rate is a token bucket: PerSecond requests in the long run, Burst at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// window is the time in which an empty bucket fills, in whole seconds.
func (r Rate) window() int { return int(math.Ceil(float64(r.Burst) / r.PerSecond)) }

// Limits are how many requests are served. Each process counts separately.
type Limits struct {
	User     Rate
	Tenant   Rate
	Failures Rate // forged tokens of everybody together, since the caller is unknown
	// Tenants are limits of single directories instead of Tenant.
	Tenants map[ids.Directory]Rate
	// Pause is how long a refusal for one of these is held back.
	Pause time.Duration
}

// RefusalPause holds back whoever asks without a pause. To refuse them costs little, but thousands of refusals per second would
// keep the processors from others. A person who has clicked too often does not notice it.
const RefusalPause = 200 * time.Millisecond

// DefaultLimits are far above what people and their browsers need. They are those that docs/configuration.md names.
func DefaultLimits() Limits {
	return Limits{
		User:     Rate{PerSecond: 20, Burst: 200},
		Tenant:   Rate{PerSecond: 200, Burst: 2000},
		Failures: Rate{PerSecond: 50, Burst: 500},
	}
}

// limiter counts requests against Limits.
type limiter struct {
	user     *buckets
	tenant   *buckets
	failures *rate.Limiter
	policy   []string // RateLimit-Policy
	// special are the tenants that have a limit of their own.
	special map[ids.Directory]tenantLimit
	pause   time.Duration
}

// tenantLimit is what all users of a tenant share, and how the header says so.
type tenantLimit struct {
	*buckets

	policy []string
}

func newLimiter(l Limits) *limiter {
	defaults := DefaultLimits()
	for _, limit := range []struct {
		chosen   *Rate
		fallback Rate
	}{{&l.User, defaults.User}, {&l.Tenant, defaults.Tenant}, {&l.Failures, defaults.Failures}} {
		if *limit.chosen == (Rate{}) {
			*limit.chosen = limit.fallback
		}
	}
	policy := func(name string, r Rate) string {
		return `"` + name + `";q=` + strconv.Itoa(r.Burst) + `;w=` + strconv.Itoa(r.window())
	}
	special := map[ids.Directory]tenantLimit{}
	for directory, own := range l.Tenants {
		special[directory] = tenantLimit{newBuckets(own), []string{policy("user", l.User) + ", " + policy("tenant", own)}}
	}
	return &limiter{
		special:  special,
		pause:    l.Pause,
		user:     newBuckets(l.User),
		tenant:   newBuckets(l.Tenant),
		failures: rate.NewLimiter(rate.Limit(l.Failures.PerSecond), l.Failures.Burst),
		policy:   []string{policy("user", l.User) + ", " + policy("tenant", l.Tenant)},
	}
}

// ofTenant is the limit of a directory.
func (l *limiter) ofTenant(directory ids.Directory) tenantLimit {
	if own, ok := l.special[directory]; ok {
		return own
	}
	return tenantLimit{l.tenant, l.policy}
}

// hold lets the pause of a refusal pass, unless the client goes.
func (l *limiter) hold(ctx context.Context) {
	if l.pause <= 0 {
		return
	}
	pause := time.NewTimer(l.pause)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
	}
}

func (l *limiter) allowFailure(now time.Time) bool { return l.failures.AllowN(now, 1) }

// limitRate limits the requests of one person and one tenant. It counts by the ids in the token, so that it can refuse
// without the database. A directory is one tenant. The headers are those of draft-ietf-httpapi-ratelimit-headers-10.
func (s *server) limitRate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := s.now()
		person := callOf(r.Context()).person
		user := s.limits.user.take(bucketKey{person.DirectoryID, person.ObjectID}, now)
		// Whoever is refused already takes nothing from their colleagues.
		shared := s.limits.ofTenant(person.DirectoryID)
		tenant := shared.share(bucketKey{directory: person.DirectoryID}, user, user.remaining*2 < s.limits.user.rate.Burst, now)

		levels := make([]byte, 0, 64)
		levels = user.append(levels, `"user"`)
		levels = append(levels, ", "...)
		levels = tenant.append(levels, `"tenant"`)
		header := w.Header()
		header["Ratelimit-Policy"] = shared.policy
		header["Ratelimit"] = []string{string(levels)}
		if wait := max(user.wait, tenant.wait); wait > 0 {
			whose := "tenant"
			if user.wait > 0 {
				whose = "user"
			}
			s.refused("rate_limit", whose)
			s.limits.hold(r.Context())
			s.fail(w, r, errs.New(errs.TooManyRequests, "too_many_requests", "Too many requests. Wait a little.").
				WithRetryAfter(wait))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// level is the state of a bucket after a request.
type level struct {
	remaining int
	reset     int           // seconds until the bucket is full again
	wait      time.Duration // zero: the request is allowed; otherwise the time until one is
}

// append writes the level as a member of the RateLimit header.
func (l level) append(text []byte, name string) []byte {
	text = append(text, name...)
	text = append(text, ";r="...)
	text = strconv.AppendInt(text, int64(l.remaining), 10)
	text = append(text, ";t="...)
	return strconv.AppendInt(text, int64(l.reset), 10)
}

// bucketKey names the owner of a bucket: a person or, without an object, a directory.
type bucketKey struct {
	directory ids.Directory
	object    ids.Object
}

// maxBuckets limits the memory that callers can make us use: two generations of this many buckets.
const maxBuckets = 50_000

// buckets are token buckets by key. A bucket that was not used for a window is full again, so dropping it changes
// nothing. So there are two generations, and the older one is dropped after each window.
type buckets struct {
	rate   Rate
	window time.Duration

	mu       sync.Mutex
	current  map[bucketKey]*rate.Limiter
	previous map[bucketKey]*rate.Limiter
	began    time.Time // of the current generation
}

func newBuckets(r Rate) *buckets {
	return &buckets{
		rate:    r,
		window:  time.Duration(r.window()) * time.Second,
		current: make(map[bucketKey]*rate.Limiter),
	}
}

// take takes one token from the key's bucket.
func (b *buckets) take(key bucketKey, now time.Time) level {
	bucket := b.find(key, now)
	taken := bucket.AllowN(now, 1)
	l := b.levelOf(bucket, now)
	if !taken {
		missing := (1 - bucket.TokensAt(now)) / b.rate.PerSecond
		l.wait = max(time.Millisecond, time.Duration(missing*float64(time.Second)))
	}
	return l
}

// share takes from the bucket of a tenant for one of its users. Whoever is refused already takes nothing from their colleagues.
// Whoever has used up more than half of what is theirs leaves the last quarter to colleagues who have not.
func (b *buckets) share(key bucketKey, user level, busy bool, now time.Time) level {
	left := b.look(key, now)
	if missing := b.rate.Burst/4 - left.remaining; busy && missing > 0 {
		left.wait = time.Duration(float64(missing) / b.rate.PerSecond * float64(time.Second))
		return left
	}
	if user.wait > 0 {
		return left
	}
	return b.take(key, now)
}

// look takes nothing from the key's bucket.
func (b *buckets) look(key bucketKey, now time.Time) level { return b.levelOf(b.find(key, now), now) }

func (b *buckets) levelOf(bucket *rate.Limiter, now time.Time) level {
	tokens := bucket.TokensAt(now)
	return level{
		remaining: max(0, int(tokens)),
		reset:     int(math.Ceil((float64(b.rate.Burst) - tokens) / b.rate.PerSecond)),
	}
}

func (b *buckets) find(key bucketKey, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.began) >= b.window || len(b.current) >= maxBuckets {
		b.previous, b.current, b.began = b.current, make(map[bucketKey]*rate.Limiter), now
	}
	if bucket, ok := b.current[key]; ok {
		return bucket
	}
	bucket, ok := b.previous[key]
	if !ok {
		bucket = rate.NewLimiter(rate.Limit(b.rate.PerSecond), b.rate.Burst)
	}
	b.current[key] = bucket
	return bucket
}
