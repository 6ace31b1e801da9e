package pull

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// XML does not distinguish numbers, lists and empty objects: the API's model does. Names
// mean the same everywhere, so lists of names suffice. Anything not listed is a string,
// including what AWS will add.
var (
	numbers = words(`AccessControlMaxAgeSec ConnectionAttempts ConnectionTimeout DefaultTTL ErrorCachingMinTTL ErrorCode HTTPPort HTTPSPort
		IdleTTL InProgressInvalidationBatches MaxItems MaxTTL MaximumTTL MinTTL OriginKeepaliveTimeout OriginReadTimeout Quantity
		ResponseCompletionTimeout SamplingRate StatusCode Weight`)
	booleans = words(`AccessControlAllowCredentials AdvertiseTrustStoreCaNames CloudFrontDefaultCertificate Compress EnableAcceptEncodingBrotli
		EnableAcceptEncodingGzip Enabled IgnoreCertificateExpiry IncludeBody IncludeCookies IncludeSubdomains IsIPV6Enabled IsTruncated
		ModeBlock OriginOverride Override Preload Protection QueryString Required SmoothStreaming Staging`)
	lists = words(`AliasICPRecordals Items ParameterDefinitions`)
	// objects are those that could be empty: none of their members is required.
	objects = words(`CacheTagConfig CustomHeadersConfig ConnectionFunctionAssociation Definition GrpcConfig Logging OriginMtlsConfig
		OriginShield SecurityHeadersConfig SessionStickinessConfig TenantConfig TrafficConfig ViewerCertificate ViewerMtlsConfig`)
)

func words(list string) []string { return strings.Fields(list) }

// encode formats an answer as the aws command prints it: {"ETag": …, "Name": {…}}.
func encode(etag, name string, e *element) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	if etag != "" {
		b.WriteString(`"ETag":` + quoted(etag) + ",")
	}
	b.WriteString(quoted(name) + ":")
	if err := e.object(&b); err != nil {
		return nil, err
	}
	b.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, b.Bytes(), "", "    "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// write writes the value of an element.
func (e *element) write(b *bytes.Buffer) error {
	switch {
	case slices.Contains(lists, e.name):
		return e.list(b)
	case len(e.children) > 0 || slices.Contains(objects, e.name) && strings.TrimSpace(e.text) == "":
		return e.object(b)
	case slices.Contains(booleans, e.name):
		value, err := strconv.ParseBool(strings.TrimSpace(e.text))
		if err != nil {
			return fmt.Errorf("%s is %q, want true or false", e.name, e.text)
		}
		b.WriteString(strconv.FormatBool(value))
		return nil
	case slices.Contains(numbers, e.name):
		return e.number(b)
	}
	b.WriteString(quoted(e.text))
	return nil
}

func (e *element) list(b *bytes.Buffer) error {
	b.WriteByte('[')
	for i, c := range e.children {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := c.write(b); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

func (e *element) object(b *bytes.Buffer) error {
	b.WriteByte('{')
	for i, c := range e.children {
		if slices.ContainsFunc(e.children[:i], func(before *element) bool { return before.name == c.name }) {
			return fmt.Errorf("%s has %s twice", e.name, c.name)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quoted(c.name) + ":")
		if err := c.write(b); err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
	}
	b.WriteByte('}')
	return nil
}

// number writes a number as the service wrote it, if JSON allows that.
func (e *element) number(b *bytes.Buffer) error {
	text := strings.TrimSpace(e.text)
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value-value != 0 { // not a number, or infinite
		return fmt.Errorf("%s is %q, want a number", e.name, e.text)
	}
	if !json.Valid([]byte(text)) {
		text = strconv.FormatFloat(value, 'f', -1, 64)
	}
	b.WriteString(text)
	return nil
}

// quoted returns a JSON string, without escaping < and >.
func quoted(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}
