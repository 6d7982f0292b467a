package entra

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/outbound"
	"timetracker/internal/plaintext"
	"timetracker/internal/tenant"
)

// graphResource has the least permission that lists people. It names Microsoft Graph by the id that it has in every
// cloud: https://learn.microsoft.com/graph/api/user-list#permissions
var graphResource = Resource{
	Scope:           "00000003-0000-0000-c000-000000000000/User.ReadBasic.All",
	ConsentRequired: consentRequired, Unavailable: directoryUnavailable,
}

const (
	searchTimeout = 10 * time.Second
	maxFound      = 20
)

// Graph finds people of a directory by Microsoft Graph, on behalf of the person who searches. It is safe for concurrent
// use.
type Graph struct {
	base       *url.URL
	onBehalfOf *OnBehalfOf
	client     *http.Client
	now        func() time.Time

	mu     sync.Mutex
	paused map[string]time.Time // by directory: when Graph takes calls again
}

// NewGraph makes a Graph at an https origin, such as https://graph.microsoft.com. It makes no call.
func NewGraph(origin string, onBehalfOf *OnBehalfOf, client *http.Client) (*Graph, error) {
	base, err := outbound.Origin(origin)
	if err != nil {
		return nil, fmt.Errorf("entra: the address of Graph %w", err)
	}
	return &Graph{
		base: base, onBehalfOf: onBehalfOf, client: outbound.Confine(base, client, outbound.MaxAnswer), now: onBehalfOf.now,
		paused: make(map[string]time.Time),
	}, nil
}

// Search finds at most 20 people whose address, or a word of whose name, begins with text. The caller must have
// validated directoryID and accessToken.
//
// An error of kind errs.Forbidden has the code consent_required, one of kind errs.Unavailable directory_unavailable. Others
// are InteractionRequired.
func (g *Graph) Search(ctx context.Context, directoryID, accessToken, text string) ([]tenant.DirectoryPerson, error) {
	clause, ok := searchClause(text)
	if !ok {
		return nil, nil
	}
	if wait := g.pause(directoryID); wait > 0 {
		return nil, directoryUnavailable(errors.New("graph: it asked to wait"), wait)
	}
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	defer cancel()
	token, err := g.onBehalfOf.Token(ctx, graphResource, directoryID, accessToken)
	if err != nil {
		return nil, err
	}
	response, err := g.call(ctx, token, clause)
	if err != nil {
		return nil, directoryUnavailable(fmt.Errorf("graph: %w", outbound.Reason(err)), retryEvery)
	}
	defer response.Body.Close()
	status := fmt.Errorf("graph: status %d", response.StatusCode)
	switch response.StatusCode {
	case http.StatusOK:
		return readPeople(response)
	case http.StatusUnauthorized:
		// Access was revoked since the exchange, and another sign-in restores it:
		// https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
		g.onBehalfOf.Forget(graphResource, directoryID, accessToken)
		return nil, InteractionRequired(status, "")
	case http.StatusForbidden:
		return nil, consentRequired(status)
	default:
		asked := outbound.RetryAfter(response.Header, g.now())
		if asked > 0 {
			g.setPause(directoryID, asked)
		}
		wait := cmp.Or(asked, retryEvery)
		return nil, directoryUnavailable(status, wait)
	}
}

// call asks for people as Microsoft documents it: https://learn.microsoft.com/graph/search-query-parameter
func (g *Graph) call(ctx context.Context, token, clause string) (*http.Response, error) {
	address := g.base.JoinPath("v1.0/users")
	query := url.Values{
		"$search": {clause},
		"$select": {"displayName,mail,userPrincipalName"},
		"$top":    {strconv.Itoa(maxFound)},
	}
	// Only forms read a plus sign as a space, RFC 3986 does not. A real plus sign is escaped already.
	address.RawQuery = strings.ReplaceAll(query.Encode(), "+", "%20")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("ConsistencyLevel", "eventual") // required for $search
	return g.client.Do(request)
}

// searchClause puts text into the two quoted strings of a search. Only quotation marks and backslashes have a meaning
// in them, and a backslash removes it. ok is false when there is nothing to search for.
func searchClause(text string) (clause string, ok bool) {
	text = plaintext.CleanLine(text)
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
	return `"displayName:` + quoted + `" OR "mail:` + quoted + `"`, text != ""
}

// readPeople reads Graph's answer. A person without an address can't be invited, and the generated name of a guest is
// no address.
func readPeople(response *http.Response) ([]tenant.DirectoryPerson, error) {
	var answer struct {
		Value []struct {
			DisplayName       string `json:"displayName"`
			Mail              string `json:"mail"`
			UserPrincipalName string `json:"userPrincipalName"`
		} `json:"value"`
	}
	if json.NewDecoder(response.Body).Decode(&answer) != nil || answer.Value == nil {
		return nil, directoryUnavailable(errors.New("graph: the answer is not the JSON expected"), retryEvery)
	}
	var found []tenant.DirectoryPerson
	for _, person := range answer.Value {
		email := person.Mail
		if email == "" && !strings.Contains(person.UserPrincipalName, "#EXT#") {
			email = person.UserPrincipalName
		}
		if email == "" || len(found) == maxFound {
			continue
		}
		name := plaintext.CleanLine(person.DisplayName)
		if name == "" {
			name = email
		}
		found = append(found, tenant.DirectoryPerson{Name: name, Email: email})
	}
	return found, nil
}

// pause is how long Graph refuses further calls for the directory.
func (g *Graph) pause(directoryID string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := g.paused[directoryID].Sub(g.now())
	if wait <= 0 {
		delete(g.paused, directoryID)
	}
	return wait
}

func (g *Graph) setPause(directoryID string, wait time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.paused[directoryID] = g.now().Add(wait)
}

func consentRequired(cause error) error {
	return errs.Wrap(cause, errs.Forbidden, "consent_required",
		"Your organization has not allowed TimeTracker to search its directory. An administrator can consent; "+
			"or type the address instead.")
}

func directoryUnavailable(cause error, wait time.Duration) error {
	return errs.Wrap(cause, errs.Unavailable, "directory_unavailable",
		"The directory can't be searched at the moment. Type the address instead, or try again.").WithRetryAfter(wait)
}
