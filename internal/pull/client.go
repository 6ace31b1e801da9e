package pull

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/aws-http-auth/credentials"
	"github.com/aws/smithy-go/aws-http-auth/sigv4"
	"github.com/aws/smithy-go/aws-http-auth/sigv4a"
	"github.com/aws/smithy-go/encoding/httpbinding"
)

// client makes signed GET requests to AWS. The SDK's own clients for these services take
// longer to build than all of edgesim.
type client struct {
	http        aws.HTTPClient
	credentials aws.CredentialsProvider
	retryer     *retry.Standard
	symmetric   *sigv4.Signer
	asymmetric  *sigv4a.Signer
	// skew is how far AWS's clock is ahead of this one, once known.
	skew time.Duration
}

// newClient makes a client with the credentials and HTTP client of a configuration.
func newClient(cfg aws.Config, r *retry.Standard) *client {
	return &client{http: cfg.HTTPClient, credentials: cfg.Credentials, retryer: r, symmetric: sigv4.New(), asymmetric: sigv4a.New()}
}

// The names of the two services, as in IAM actions and signatures.
const (
	frontService = "cloudfront"
	storeService = "cloudfront-keyvaluestore"
)

// call is one request.
type call struct {
	service, operation string
	at                 endpoint
	// path holds the segments of the path below the endpoint's, unescaped.
	path  []string
	query url.Values
}

// answer is the result of a call.
type answer struct {
	etag string
	body []byte
}

// largest limits an answer. The longest are pages of lists, some 100 KB each.
const largest = 64 << 20

// get makes a call, and retries it if that could help.
func (c *client) get(ctx context.Context, k call) (*answer, error) {
	release := func(error) error { return nil }
	for attempt := 1; ; attempt++ {
		count, err := c.retryer.GetAttemptToken(ctx)
		if err != nil {
			return nil, err
		}
		a, err := c.attempt(ctx, k)
		_, _ = release(err), count(err) // both keep the retryer's quota
		if err == nil || ctx.Err() != nil {
			return a, err
		}
		if !c.corrected(err) && !c.retryer.IsErrorRetryable(err) {
			return nil, err
		}
		if attempt >= c.retryer.MaxAttempts() {
			return nil, fmt.Errorf("after %d attempts: %w", attempt, err)
		}
		var spent error
		if release, spent = c.retryer.GetRetryToken(ctx, err); spent != nil {
			return nil, errors.Join(err, spent)
		}
		delay, failed := c.retryer.RetryDelay(attempt, err)
		if failed != nil {
			return nil, errors.Join(err, failed)
		}
		select {
		case <-time.After(delay):
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", k.operation, ctx.Err())
		}
	}
}

// attempt makes a call once.
func (c *client) attempt(ctx context.Context, k call) (*answer, error) {
	request, err := c.request(ctx, k)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, &brokenError{operation: k.operation, err: err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, largest+1))
	switch {
	case err != nil:
		return nil, &brokenError{operation: k.operation, err: err}
	case len(body) > largest:
		return nil, fmt.Errorf("%s: the answer is longer than %d bytes", k.operation, largest)
	case response.StatusCode/100 != 2:
		return nil, refusal(k, response, body)
	}
	return &answer{etag: response.Header.Get("ETag"), body: body}, nil
}

// request returns a signed request. The pairs of stores are requested with SigV4A, since
// their endpoint is in no region, and everything else with SigV4.
func (c *client) request(ctx context.Context, k call) (*http.Request, error) {
	keys, err := c.credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("the AWS credentials: %w", err)
	}
	u := *k.at.url
	plain, escaped := strings.TrimSuffix(u.Path, "/"), strings.TrimSuffix(u.EscapedPath(), "/")
	for _, segment := range k.path {
		plain += "/" + segment
		escaped += "/" + httpbinding.EscapePath(segment, true)
	}
	u.Path, u.RawPath, u.RawQuery = plain, escaped, k.query.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "edgesim")
	empty := sha256.Sum256(nil)
	who := credentials.Credentials{AccessKeyID: keys.AccessKeyID, SecretAccessKey: keys.SecretAccessKey, SessionToken: keys.SessionToken}
	now := time.Now().Add(c.skew)
	if k.service == storeService {
		err = c.asymmetric.SignRequest(&sigv4a.SignRequestInput{Request: request, PayloadHash: empty[:], Credentials: who,
			Service: k.service, RegionSet: []string{k.at.region}, Time: now})
	} else {
		err = c.symmetric.SignRequest(&sigv4.SignRequestInput{Request: request, PayloadHash: empty[:], Credentials: who,
			Service: k.service, Region: k.at.region, Time: now})
	}
	if err != nil {
		return nil, fmt.Errorf("%s: signing: %w", k.operation, err)
	}
	return request, nil
}

// corrected reports whether a call was refused because of this machine's clock, and sets
// the time for the next call by AWS's.
func (c *client) corrected(err error) bool {
	var refused *apiError
	if !errors.As(err, &refused) || refused.date.IsZero() {
		return false
	}
	switch refused.code {
	case "RequestTimeTooSkewed", "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "AccessDeniedException":
	default:
		return false
	}
	const allowed = 4 * time.Minute // AWS accepts five, and Date has been on the way
	skew := time.Until(refused.date)
	if (skew - c.skew).Abs() <= allowed {
		return false
	}
	c.skew = skew
	return true
}
