package ingest_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
)

// TestTemplates reads templates of every kind and compares the results: the effective
// distributions, the notices, and what is not known.
func TestTemplates(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/templates/*")
	if err != nil || len(files) < 5 {
		t.Fatal("no templates", err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			result, err := ingest.ReadFile(file, ingest.Options{AssumeUnresolved: true})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			for _, d := range result.Distributions {
				fmt.Fprintf(&b, "== %s\n%s", d.Name, render(t, d))
				for _, u := range d.Unresolved {
					fmt.Fprintf(&b, "unresolved: %s:%d: %s: %s; %s (decides: %v)\n", filepath.Base(u.File), u.Line, u.Path, u.What, u.Supply, u.Decides)
				}
				for i := range d.Origins {
					fmt.Fprintf(&b, "backend of %s: %s\n", d.Origins[i].ID, d.Origins[i].Backend)
				}
			}
			golden(t, filepath.Join("testdata", "templates", filepath.Base(file)+".golden"), b.Bytes())
		})
	}
}

// TestFixedPoint: what config prints reads back as the same distribution, with
// the same to say, from every fixture.
func TestFixedPoint(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/templates/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"testdata/valid-*", "testdata/formats/*"} {
		more, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".golden") {
			continue
		}
		fixedPoint(t, file)
	}
}

// fixedPoint reads a file, and what is written of it, and wants no difference.
func fixedPoint(t *testing.T, file string) {
	t.Helper()
	result, err := ingest.ReadFile(file, ingest.Options{AssumeUnresolved: true})
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return
	}
	for _, d := range result.Distributions {
		for name, encode := range map[string]func(*distribution.Distribution) ([]byte, error){"api-json": ingest.EncodeAPIJSON, "yaml": ingest.EncodeYAML} {
			text, err := encode(d)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ingest.Read(text, ingest.Options{})
			if err != nil {
				t.Errorf("%s: %s: %v\n%s", file, name, err, text)
				continue
			}
			if got, want := render(t, again.Distribution), render(t, d); !bytes.Equal(got, want) {
				t.Errorf("%s: %s: got\n%s\nwant\n%s", file, name, got, want)
			}
			if got, want := strings.Join(distribution.NoticeLines(again.Distribution.Notices), "\n"), strings.Join(distribution.NoticeLines(d.Notices), "\n"); got != want {
				t.Errorf("%s: %s: says\n%s\nwant\n%s", file, name, got, want)
			}
		}
	}
}

// TestUnresolvedValuesAreNamedTogether wants every value that something depends
// on, with its line and what supplies it, and nothing else.
func TestUnresolvedValuesAreNamedTogether(t *testing.T) {
	t.Parallel()
	const file = "testdata/templates/unresolved.yaml"
	_, err := ingest.ReadFile(file, ingest.Options{})
	var unresolved *ingest.UnresolvedError
	if !errors.As(err, &unresolved) {
		t.Fatalf("got %v, want an UnresolvedError", err)
	}
	want := []string{
		file + `:18: Origins.Items[0].DomainName: is not resolved: the DNS name of the load balancer Alb; --parameter Alb.DNSName=VALUE`,
		file + `:21: Origins.Items[1].DomainName: is not resolved: the attribute RegionalDomainName of the bucket Bucket; --parameter Bucket.RegionalDomainName=VALUE`,
		file + `:24: Origins.Items[2].DomainName: is not resolved: the name that AWS gives Api (AWS::ApiGateway::RestApi), the pseudo parameter AWS::Region; --parameter Api=VALUE --parameter AWS::Region=VALUE`,
		file + `:25: Origins.Items[2].OriginPath: is not resolved: the parameter Path has no default; --parameter Path=VALUE`,
		file + `:28: Origins.Items[3].DomainName: is not resolved: the URL of the function behind Url; --parameter Url.FunctionUrl=VALUE`,
		file + `:31: Origins.Items[4].DomainName: is not resolved: the export "shared-domain" of another stack; --parameter ImportValue.shared-domain=VALUE`,
		file + `:34: Origins.Items[5].DomainName: is not resolved: the attribute WebsiteURL of the bucket Bucket; --parameter Bucket.WebsiteURL=VALUE`,
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	result, err := ingest.ReadFile(file, ingest.Options{Parameters: map[string]string{
		"Alb.DNSName": "alb-1.eu-west-1.elb.amazonaws.com", "Bucket.RegionalDomainName": "b.s3.eu-west-1.amazonaws.com", "Api": "abc123",
		"AWS::Region": "eu-west-1", "Path": "/v1", "Url.FunctionUrl": "https://x1.lambda-url.eu-west-1.on.aws/",
		"ImportValue.shared-domain": "shared.example.com", "Bucket.WebsiteURL": "http://b.s3-website-eu-west-1.amazonaws.com",
	}})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range result.Distribution.Origins {
		names = append(names, result.Distribution.Origins[i].DomainName)
	}
	if got, want := strings.Join(names, " "), "alb-1.eu-west-1.elb.amazonaws.com b.s3.eu-west-1.amazonaws.com abc123.execute-api.eu-west-1.amazonaws.com x1.lambda-url.eu-west-1.on.aws shared.example.com b.s3-website-eu-west-1.amazonaws.com"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestTemplateSamples reads every template that others published. What they
// prove is proven by the fixtures here as well.
func TestTemplateSamples(t *testing.T) {
	t.Parallel()
	for _, file := range samples(t)["cloudformation"] {
		_, err := ingest.ReadFile(file, ingest.Options{AssumeUnresolved: true})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		fixedPoint(t, file)
	}
}
