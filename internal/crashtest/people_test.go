package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"timetracker/api"
)

// request is a change that a person wants to happen once, however often it is sent.
type request struct {
	number int // unique; a start puts it into existing_hours, which identifies its entry
	person int
	what   string // start, stop or discard
	body   string
	etag   string // of the timer to discard
	meant  string // id of the timer to discard
	alone  bool   // the person asked for nothing else at the same time

	acknowledged *answer // the first answer of success
	inDoubt      bool    // an answer was lost, so only the server knows whether it happened
	lost         bool    // an answer to the latest sending was lost
}

// The kinds of requests.
const (
	startTimer   = "start"
	stopTimer    = "stop"
	discardTimer = "discard"
)

// open says whether the person still has to ask: there is no answer, and at least one was lost.
func (r *request) open() bool { return r.acknowledged == nil && r.lost }

// answer is a complete response.
type answer struct {
	status   int
	etag     string
	body     []byte
	replayed bool
}

func (a answer) yes() bool { return a.status < 300 }

func (a answer) same(b answer) bool {
	return a.status == b.status && a.etag == b.etag && bytes.Equal(a.body, b.body)
}

// person records time like somebody with two tabs, a nervous finger and a bad connection.
type person struct {
	index  int
	token  string
	chance *rand.Rand
	ledger *ledger
	copies int // how often each request is sent, in parallel

	asked []*request // every request that may be sent again
}

// life is one run of the server, from its start to its kill.
type life struct {
	base    string // address of the API
	client  *http.Client
	answers atomic.Int64
	enough  int64 // after so many answers …
	kill    func()
}

// newLife makes a life that ends some milliseconds after a number of answers.
func newLife(base string, enough int64, delay time.Duration, kill func()) *life {
	return &life{
		base: base, enough: enough, kill: func() { time.AfterFunc(delay, kill) },
		client: &http.Client{
			Timeout:   30 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 64, Proxy: nil},
		},
	}
}

// send sends a request once and reads the complete answer.
func (l *life) send(ctx context.Context, token, method, path string, header map[string]string, body string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, l.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	response, err := l.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{}, err
	}
	if l.answers.Add(1) == l.enough {
		l.kill()
	}
	return answer{
		status: response.StatusCode, etag: response.Header.Get("ETag"), body: content,
		replayed: response.Header.Get("Idempotency-Replayed") == "true",
	}, nil
}

// live opens the product, by which whoever isn't a user yet joins. It sends what is open again, and some of what was
// acknowledged. Then it takes steps until an answer is lost.
func (p *person) live(ctx context.Context, l *life, steps int) {
	if _, err := l.send(ctx, p.token, http.MethodGet, "/me", nil, ""); err != nil {
		p.ledger.lostAnswer()
		return
	}
	var open, known []*request
	for _, r := range p.asked {
		switch {
		case r.open():
			open = append(open, r)
		case r.acknowledged != nil && r.what != discardTimer:
			known = append(known, r)
		}
	}
	const again = 4
	known = known[max(0, len(known)-again):]
	p.asked = nil
	if !p.ask(ctx, l, append(open, known...)...) {
		return
	}
	for range steps {
		step, ok := p.next(ctx, l)
		if !ok || !p.ask(ctx, l, step...) {
			return
		}
	}
}

// next makes one request, or two for the same time.
func (p *person) next(ctx context.Context, l *life) (step []*request, ok bool) {
	count := 1
	if p.copies > 1 && p.chance.IntN(4) == 0 {
		count = 2
	}
	for range count {
		r := &request{number: p.ledger.number(), person: p.index, alone: count == 1}
		switch roll := p.chance.IntN(20); {
		case roll < 4:
			timer, running, err := p.current(ctx, l)
			if err != nil {
				return nil, false
			}
			if running {
				r.what, r.etag, r.meant = discardTimer, timer.Etag, timer.Id
				break
			}
			p.fillStart(r)
		case roll < 7:
			r.what, r.body = stopTimer, `{}`
		case roll < 9:
			timer, running, err := p.current(ctx, l)
			if err != nil {
				return nil, false
			}
			r.what, r.body = stopTimer, `{}`
			if running {
				r.body = fmt.Sprintf(`{"timer_id":%q}`, timer.Id)
			}
		default:
			p.fillStart(r)
		}
		step = append(step, r)
	}
	return step, true
}

// fillStart picks one of a few work items, so that the running one is sometimes started again.
func (p *person) fillStart(r *request) {
	item := p.chance.IntN(6)
	project := []string{"Payments", "Storefront"}[item%2]
	r.what = startTimer
	r.body = fmt.Sprintf(`{"work_item":{"project":%q,"id":"%d","title":"Item %d"},"existing_hours":%d}`,
		project, 101+item, item, r.number)
}

func (p *person) current(ctx context.Context, l *life) (timer api.TimeEntry, running bool, err error) {
	a, err := l.send(ctx, p.token, http.MethodGet, "/timers/current", nil, "")
	if err != nil {
		p.ledger.lostAnswer()
		return timer, false, err
	}
	var current api.CurrentTimer
	if !p.ledger.read(a, &current) || current.Timer == nil {
		return timer, false, nil
	}
	p.ledger.saw(*current.Timer)
	return *current.Timer, true, nil
}

// ask sends the requests, each as often as the person does, all in parallel. complete is false when an answer was lost.
func (p *person) ask(ctx context.Context, l *life, requests ...*request) (complete bool) {
	p.asked = append(p.asked, requests...)
	p.ledger.asks(requests)
	type outcome struct {
		answer answer
		err    error
	}
	outcomes := make([][]outcome, len(requests))
	var group sync.WaitGroup
	for i, r := range requests {
		outcomes[i] = make([]outcome, p.copies)
		for n := range outcomes[i] {
			group.Go(func() {
				a, err := p.send(ctx, l, r)
				outcomes[i][n] = outcome{a, err}
			})
		}
	}
	group.Wait()
	complete = true
	for i, r := range requests {
		var answers []answer
		for _, o := range outcomes[i] {
			if o.err == nil {
				answers = append(answers, o.answer)
			}
		}
		lost := len(outcomes[i]) - len(answers)
		p.ledger.answered(r, answers, lost)
		complete = complete && lost == 0
	}
	return complete
}

func (p *person) send(ctx context.Context, l *life, r *request) (answer, error) {
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": fmt.Sprintf("key-%d", r.number)}
	switch r.what {
	case startTimer:
		return l.send(ctx, p.token, http.MethodPost, "/timers", header, r.body)
	case stopTimer:
		return l.send(ctx, p.token, http.MethodPost, "/timers/current/stop", header, r.body)
	default:
		return l.send(ctx, p.token, http.MethodDelete, "/timers/current", map[string]string{"If-Match": r.etag}, "")
	}
}

// entryOf reads the entries of an answer: its own entry, and one that was stopped for it.
func entryOf(r *request, a answer) (entry api.TimeEntry, stopped *api.TimeEntry, err error) {
	if r.what == startTimer {
		var started api.TimerStarted
		err := json.Unmarshal(a.body, &started)
		return started.Timer, started.Stopped, err
	}
	err = json.Unmarshal(a.body, &entry)
	return entry, nil, err
}
