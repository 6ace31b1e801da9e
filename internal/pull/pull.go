package pull

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"
)

// Options say what to pull, with which credentials, and where to.
type Options struct {
	// IDs are the distributions; none means all.
	IDs []string
	// Profile and Region are from the AWS configuration; "" for its own defaults.
	// CloudFront is global: without any region it is us-east-1.
	Profile, Region string
	// EndpointURL is used instead of AWS, or "".
	EndpointURL string
	// Folder is where files are written; it is created if it does not exist.
	Folder string
	// Redact hides the values of origin custom headers.
	Redact bool
	// Progress is called with one line for each thing fetched; nil for silence.
	Progress func(line string)
	// MaxBackoff limits the wait between attempts of a call. Default 20 s.
	MaxBackoff time.Duration
	// Load are further options for the AWS configuration, for tests and programs with their
	// own credentials.
	Load []func(*config.LoadOptions) error
}

// Report describes what was done.
type Report struct {
	// Distributions are the ids pulled.
	Distributions []string
	// Denied are the calls that were refused, Missing what is referred to but does not
	// exist; in the order encountered.
	Denied  []Denied
	Missing []string
	// Overlay is the file to give to serve. It is not edgesim.yaml if that was edited by
	// hand and is kept.
	Overlay string
}

// Denied is a call that the credentials do not allow.
type Denied struct {
	// Permission is the IAM action, e.g. "cloudfront:GetCachePolicy".
	Permission string
	// What describes what was requested, e.g. "cache policy 4135ea2d-…".
	What string
	// Message is AWS's message.
	Message string
}

// Run pulls. The error is what prevented it from pulling anything; anything less that was
// denied or missing is in the report.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	if o.MaxBackoff <= 0 {
		o.MaxBackoff = 20 * time.Second
	}
	p, err := newPuller(ctx, o)
	if err != nil {
		return nil, err
	}
	ids := o.IDs
	if len(ids) == 0 {
		if ids, err = p.list(ctx); err != nil {
			return nil, err
		}
	}
	for _, id := range ids {
		if err := p.distribution(ctx, id); err != nil {
			return nil, err
		}
	}
	if len(p.report.Distributions) == 0 {
		return &p.report, p.nothing(ids)
	}
	return &p.report, p.write()
}

// nothing is the error if no distribution could be pulled.
func (p *puller) nothing(ids []string) error {
	switch {
	case len(p.report.Denied) > 0:
		d := p.report.Denied[0]
		return fmt.Errorf("%s: not allowed: the credentials need %s (%s)", d.What, d.Permission, d.Message)
	case len(p.report.Missing) > 0:
		return fmt.Errorf("%s is not in this account", p.report.Missing[0])
	case len(ids) == 0:
		return errors.New("this account has no distribution")
	}
	return errors.New("nothing was pulled")
}

// puller is one run.
type puller struct {
	options Options
	config  aws.Config
	client  *client
	front   endpoint
	report  Report
	// files are the files to write, by path below the folder, in order.
	files []file
	seen  map[string]bool
	// storeNames are the names of key-value stores by ARN, once known.
	storeNames map[string]string
	// edges are Lambda@Edge functions, whose code CloudFront does not provide.
	edges []string
}

// file is one file of the folder.
type file struct {
	path string
	data []byte
	// listed means that the overlay names it.
	listed bool
}

// newPuller reads the AWS configuration and makes the client.
func newPuller(ctx context.Context, o Options) (*puller, error) {
	retryer := func() *retry.Standard {
		return retry.NewStandard(func(s *retry.StandardOptions) { s.MaxAttempts, s.MaxBackoff = 8, o.MaxBackoff })
	}
	load := []func(*config.LoadOptions) error{
		config.WithRetryer(func() aws.Retryer { return retryer() }),
		config.WithLogger(logging.Nop{}), // the error says it, in one line
	}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.EndpointURL != "" {
		if _, err := parsed(o.EndpointURL, ""); err != nil {
			return nil, fmt.Errorf("--endpoint-url %q is not an http or https URL", o.EndpointURL)
		}
		load = append(load, config.WithBaseEndpoint(o.EndpointURL)) // for the services that provide credentials
	}
	cfg, err := config.LoadDefaultConfig(ctx, append(load, o.Load...)...)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	front, err := frontEndpoint(ctx, cfg, o.EndpointURL)
	if err != nil {
		return nil, err
	}
	return &puller{options: o, seen: map[string]bool{}, config: cfg, front: front, client: newClient(cfg, retryer())}, nil
}

// version is the API version, the first segment of each path.
const version = "2020-05-31"

// ask calls CloudFront's API.
func (p *puller) ask(ctx context.Context, operation string, query url.Values, path ...string) (*answer, error) {
	return p.client.get(ctx, call{service: frontService, operation: operation, at: p.front, path: append([]string{version}, path...), query: query})
}

// read calls CloudFront's API and parses the answer.
func (p *puller) read(ctx context.Context, operation string, query url.Values, path ...string) (string, *element, error) {
	a, err := p.ask(ctx, operation, query, path...)
	if err != nil {
		return "", nil, err
	}
	root, err := parse(a.body)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", operation, err)
	}
	return a.etag, root, nil
}

// pages requests the pages of a list one after another.
func (p *puller) pages(ctx context.Context, operation string, path string, each func(page *element)) error {
	query := url.Values{}
	for {
		_, page, err := p.read(ctx, operation, query, path)
		if err != nil {
			return err
		}
		each(page)
		if !more(page.value("NextMarker"), query, "Marker") {
			return nil
		}
	}
}

// more advances a query to the next page, and reports whether there is one. A service that
// returns the same page again ends it.
func more(next string, query url.Values, parameter string) bool {
	if next == "" || next == query.Get(parameter) {
		return false
	}
	query.Set(parameter, next)
	return true
}

// list returns the ids of all distributions.
func (p *puller) list(ctx context.Context) ([]string, error) {
	var ids []string
	err := p.pages(ctx, "ListDistributions", "distribution", func(page *element) {
		for _, d := range page.items() {
			ids = append(ids, d.value("Id"))
		}
	})
	switch {
	case err == nil:
		p.options.Progress(fmt.Sprintf("%d distributions", len(ids)))
		return ids, nil
	case p.excused(err, "the list of distributions"):
		return nil, p.nothing(nil)
	}
	return nil, explain(err)
}
