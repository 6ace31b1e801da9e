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
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/smithy-go"
	smithyendpoints "github.com/aws/smithy-go/endpoints"
)

// Options say what to pull, as whom, and where to.
type Options struct {
	// IDs are the distributions; none means every one.
	IDs []string
	// Profile and Region are those of the AWS configuration, "" for what it says
	// itself. CloudFront is global: without any region it is us-east-1.
	Profile, Region string
	// EndpointURL is asked instead of AWS, or "".
	EndpointURL string
	// Folder is where files are written; it is made where it is not there.
	Folder string
	// Redact hides the values of origin custom headers.
	Redact bool
	// Progress is called with one line for each thing that was fetched; nil for silence.
	Progress func(line string)
	// MaxBackoff bounds the wait between attempts of a call. Default 20 s.
	MaxBackoff time.Duration
	// Load are further options for the AWS configuration, for tests and programs
	// that have credentials of their own.
	Load []func(*config.LoadOptions) error
}

// Report says what was done.
type Report struct {
	// Distributions are the ids that were pulled.
	Distributions []string
	// Denied are the calls that were refused, Missing what is referred to and not
	// there; in the order in which they were met.
	Denied  []Denied
	Missing []string
	// Overlay is the file to give to serve. It is not edgesim.yaml where that one
	// was edited by hand and stays as it is.
	Overlay string
}

// Denied is a call that the credentials do not allow.
type Denied struct {
	// Permission is the IAM action, e.g. "cloudfront:GetCachePolicy".
	Permission string
	// What was asked for, e.g. "cache policy 4135ea2d-…".
	What string
	// Message is what AWS said.
	Message string
}

// Run pulls. The error is what kept it from pulling anything; what was denied
// or is missing beside it is in the report.
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

// nothing is the error where no distribution could be pulled.
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
	front   *cloudfront.Client
	stores  *cloudfrontkeyvaluestore.Client
	report  Report
	// files are what will be written, by path below the folder, in order.
	files []file
	seen  map[string]bool
	// storeNames are the names of key-value stores by ARN, once they are known.
	storeNames map[string]string
	// edges are functions of Lambda@Edge, whose code is not CloudFront's to give.
	edges []string
}

// file is one file of the folder.
type file struct {
	path string
	data []byte
	// listed says that the overlay names it.
	listed bool
}

// newPuller makes the clients.
func newPuller(ctx context.Context, o Options) (*puller, error) {
	load := []func(*config.LoadOptions) error{config.WithRetryer(func() aws.Retryer {
		return retry.NewStandard(func(s *retry.StandardOptions) { s.MaxAttempts, s.MaxBackoff = 8, o.MaxBackoff })
	})}
	if o.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(o.Profile))
	}
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	if o.EndpointURL != "" {
		u, err := url.Parse(o.EndpointURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("--endpoint-url %q is not an http or https URL", o.EndpointURL)
		}
		load = append(load, config.WithBaseEndpoint(o.EndpointURL))
	}
	cfg, err := config.LoadDefaultConfig(ctx, append(load, o.Load...)...)
	if err != nil {
		return nil, fmt.Errorf("the AWS configuration: %w", err)
	}
	if cfg.Region == "" {
		cfg.Region = "us-east-1"
	}
	p := &puller{options: o, seen: map[string]bool{}, front: cloudfront.NewFromConfig(cfg)}
	p.stores = cloudfrontkeyvaluestore.NewFromConfig(cfg, func(s *cloudfrontkeyvaluestore.Options) {
		if o.EndpointURL != "" {
			s.EndpointResolverV2 = fixedEndpoint(o.EndpointURL)
		}
	})
	return p, nil
}

// fixedEndpoint asks for stores at one address. The service's own rules would
// put the account's number before it, which a name has room for and an IP
// address does not.
type fixedEndpoint string

// ResolveEndpoint returns the address.
func (f fixedEndpoint) ResolveEndpoint(context.Context, cloudfrontkeyvaluestore.EndpointParameters) (smithyendpoints.Endpoint, error) {
	u, err := url.Parse(string(f))
	if err != nil {
		return smithyendpoints.Endpoint{}, err
	}
	return smithyendpoints.Endpoint{URI: *u}, nil
}

// list returns the ids of all distributions. The SDK's paginators are not used:
// they take the client as an interface, which makes the linker keep all of its
// calls, 6 MB of program.
func (p *puller) list(ctx context.Context) ([]string, error) {
	var ids []string
	for in := (&cloudfront.ListDistributionsInput{}); ; {
		page, err := p.front.ListDistributions(ctx, in)
		if err != nil {
			if !p.excused(err, "the list of distributions") {
				return nil, explain(err)
			}
			return nil, p.nothing(nil)
		}
		if page.DistributionList == nil {
			break
		}
		for _, d := range page.DistributionList.Items {
			ids = append(ids, aws.ToString(d.Id))
		}
		if !more(page.DistributionList.NextMarker, &in.Marker) {
			break
		}
	}
	p.options.Progress(fmt.Sprintf("%d distributions", len(ids)))
	return ids, nil
}

// excused takes note of a call that was denied or of a thing that is not
// there, and reports whether the error is one of the two.
func (p *puller) excused(err error, what string) bool {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch code := api.ErrorCode(); {
	case code == "AccessDenied" || code == "AccessDeniedException" || code == "UnauthorizedOperation":
		d := Denied{Permission: permission(err), What: what, Message: api.ErrorMessage()}
		p.report.Denied = append(p.report.Denied, d)
		p.options.Progress(fmt.Sprintf("%s: denied, needs %s", what, d.Permission))
		return true
	case len(code) > 6 && code[:6] == "NoSuch" || code == "EntityNotFound" || code == "ResourceNotFoundException":
		p.report.Missing = append(p.report.Missing, what)
		p.options.Progress(what + ": is not there")
		return true
	}
	return false
}

// permission is the IAM action that a call needs.
func permission(err error) string {
	var op *smithy.OperationError
	if !errors.As(err, &op) {
		return "cloudfront:*"
	}
	if op.Service() == "CloudFront KeyValueStore" {
		return "cloudfront-keyvaluestore:" + op.Operation()
	}
	return "cloudfront:" + op.Operation()
}

// explain says what to do about an error that is not about one thing.
func explain(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidSignatureException":
			return fmt.Errorf("AWS refuses the credentials (%s: %s): log in again, or choose others with --profile", api.ErrorCode(), api.ErrorMessage())
		}
	}
	return err
}
