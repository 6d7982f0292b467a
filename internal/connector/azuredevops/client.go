package azuredevops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/microsoft/azure-devops-go-api/azuredevops/v7"
	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/outbound"
	"timetracker/internal/workitem"
)

// resource is Azure DevOps, by the id that it has in every directory, with all that the app registration may:
// https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/entra
var resource = entra.Resource{
	Scope: "499b84ac-1321-427f-aa17-267ca6975798/.default",
	ConsentRequired: func(cause error) error {
		return errs.Wrap(cause, errs.Forbidden, "tracker_consent_required",
			"Your organization has not allowed TimeTracker to work with Azure DevOps. An administrator can consent. "+
				"Recording time works all the same.")
	},
	Unavailable: workitem.RemoteUnavailable,
}

const (
	// callTimeout is the longest that one call takes.
	callTimeout = 10 * time.Second
	// retryEvery is when Azure DevOps may be asked again, if it has not said so itself.
	retryEvery = 30 * time.Second
	// retryLater is the same where only a person can help, as with an organization that is not there.
	retryLater = 10 * time.Minute
	// maxAnswer is the longest answer in bytes. A revision comes with all its fields, of which each has up to a million
	// characters.
	maxAnswer = 8 << 20
)

// Config says where Azure DevOps is. All fields are required.
type Config struct {
	Origin     string // https, such as https://dev.azure.com
	OnBehalfOf *entra.OnBehalfOf
	HTTPClient *http.Client
	Now        func() time.Time
}

// Client asks Azure DevOps. It implements workitem.Remote, and is safe for concurrent use.
type Client struct {
	origin     string
	onBehalfOf *entra.OnBehalfOf
	client     *http.Client
	now        func() time.Time
	pauses     pauses
	identities identities
	types      types
}

var _ workitem.Remote = (*Client)(nil)

// New makes a Client. It makes no call.
func New(c Config) (*Client, error) {
	origin, err := outbound.Origin(c.Origin)
	if err != nil {
		return nil, fmt.Errorf("azuredevops: the address %w", err)
	}
	if c.OnBehalfOf == nil || c.HTTPClient == nil || c.Now == nil {
		return nil, errors.New("azuredevops: a required field is missing")
	}
	return &Client{
		origin: "https://" + origin.Host, onBehalfOf: c.OnBehalfOf, client: outbound.Confine(origin, c.HTTPClient, maxAnswer), now: c.Now,
	}, nil
}

// siteName matches the names that organizations can have. So a name can't be more than the first part of an address:
// https://learn.microsoft.com/azure/devops/organizations/accounts/rename-organization
var siteName = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$`)

// session is Azure DevOps as one person calls it.
type session struct {
	*wit.ClientImpl
	person person
	site   string // in lower case
}

// person is whose rights and whose limits a call has.
type person struct{ directoryID, objectID string }

func personOf(as workitem.Credential) person { return person{as.DirectoryID(), as.ObjectID()} }

// mayAsk refuses what is begun during a person's pause. What was begun before may end, since its first answer may be the
// one that asks for the pause.
func (c *Client) mayAsk(as workitem.Credential) error {
	if wait := c.pauses.left(personOf(as), c.now()); wait > 0 {
		return workitem.RemoteUnavailable(errors.New("azure devops: it asked to wait"), wait)
	}
	return nil
}

// ask makes one call of Microsoft's client, in a person's name; changes says that it changes something. The error is one
// of workitem.Remote's, or of failureOf. A sign-in that failed is tried once more with a new token.
func (c *Client) ask(
	ctx context.Context, as workitem.Credential, site string, changes bool, call func(context.Context, *session) error,
) error {
	if !siteName.MatchString(site) {
		return workitem.RemoteUnavailable(errors.New("azure devops: no organization can be called so"), retryLater)
	}
	s := &session{person: personOf(as), site: strings.ToLower(site)}
	for again := false; ; again = true {
		token, err := c.onBehalfOf.Token(ctx, resource, as.DirectoryID(), as.AccessToken())
		if err != nil {
			return err
		}
		s.ClientImpl = c.clientFor(s, token)
		if err = c.callOnce(ctx, s, call); err == nil {
			return nil
		}
		failed := failureOf(err)
		if !failed.signInFailed(changes) {
			return failed
		}
		c.onBehalfOf.Forget(resource, as.DirectoryID(), as.AccessToken())
		if again || failed.challenge != "" {
			return failed
		}
	}
}

func (c *Client) callOnce(ctx context.Context, s *session, call func(context.Context, *session) error) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return call(ctx, s)
}

// clientFor makes a client of Microsoft's for the calls of one person. It looks for no addresses: our transport knows those
// of the few resources that are used, and puts the organization in front of them. With the address of each organization
// the library would keep all addresses of Azure DevOps for each, for ever.
func (c *Client) clientFor(s *session, token string) *wit.ClientImpl {
	connection := azuredevops.NewAnonymousConnection(c.origin)
	connection.AuthorizationString = "Bearer " + token
	confined := *c.client
	confined.Transport = &transport{to: c.client.Transport, site: s.site, noted: func(header http.Header) { c.heed(s.person, header) }}
	return &wit.ClientImpl{Client: *azuredevops.NewClientWithOptions(connection, c.origin, azuredevops.WithHTTPClient(&confined))}
}

// failureOf is the failure of a call. Errors of the library itself come from answers that it can't read, and may hold
// parts of them.
func failureOf(err error) *failure {
	if failed, ok := errors.AsType[*failure](err); ok {
		return failed
	}
	return errUnexpected
}

// errUnexpected is an answer of another shape than Azure DevOps documents.
var errUnexpected = &failure{status: http.StatusOK, reason: "the answer is not the JSON expected", sent: true}

// noAnswer makes the error of a question that got no answer, or of a change that was certainly not made. Other errors than
// failures are workitem.Remote's already.
func (c *Client) noAnswer(err error) error {
	failed, ok := errors.AsType[*failure](err)
	switch {
	case !ok:
		return err
	case failed.signInFailed(false):
		return entra.InteractionRequired(failed, failed.challenge)
	case failed.status == http.StatusNotFound, failed.status == http.StatusForbidden:
		return workitem.RemoteUnavailable(failed, retryLater)
	}
	return workitem.RemoteUnavailable(failed, c.waitAfter(failed))
}

// waitAfter is how long to wait after a failure.
func (c *Client) waitAfter(failed *failure) time.Duration {
	return cmp.Or(outbound.RetryAfter(failed.header, c.now()), retryEvery)
}
