package apishape

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// reader collects problems and notices about a resource while it is read.
type reader struct {
	m          *mapper
	notices    []distribution.Notice
	problems   []distribution.Problem
	unresolved []distribution.Unresolved
	// prefix is the name of the resource in paths, "" for a distribution.
	prefix string
	// strict requires what the API's JSON requires; typed rejects "443" for 443.
	strict, typed bool
	// places are the positions of the fields read so far, by path.
	places map[string]tree.Position
	// uses are the resources that a distribution refers to.
	uses []*tree.Resource
	// vpc holds the paths of VPC origins, which are read as custom ones.
	vpc []string
	// hollow holds unknown values that cannot be omitted.
	hollow []distribution.Unresolved
}

// at returns the position of a path, or of what contains it.
func (r *reader) at(path string) tree.Position {
	for {
		if pos, ok := r.places[path]; ok {
			return pos
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return r.places[""]
		}
		path = path[:i]
	}
}

func (r *reader) notice(kind distribution.NoticeKind, path, format string, args ...any) {
	pos := r.at(path)
	r.notices = append(r.notices, distribution.Notice{Kind: kind, Path: path, Message: fmt.Sprintf(format, args...),
		File: pos.File, Line: int(pos.Line), Column: int(pos.Column)})
}

func (r *reader) problem(p distribution.Problem) {
	if pos := r.at(p.Path); p.Line == 0 {
		p.File, p.Line, p.Column = pos.File, int(pos.Line), int(pos.Column)
	}
	r.problems = append(r.problems, p)
}

// missing records a value that the files do not contain.
func (r *reader) missing(path string, n *tree.Node, decides bool) {
	if slices.ContainsFunc(r.unresolved, func(u distribution.Unresolved) bool { return u.Path == path }) {
		return
	}
	u := distribution.Unresolved{Path: path, What: n.Text, File: n.Pos.File, Line: int(n.Pos.Line), Decides: decides}
	var what, supply []string
	for _, m := range n.Missing {
		if !slices.Contains(what, m.What) {
			what = append(what, m.What)
		}
		if m.Supply != "" && !slices.Contains(supply, m.Supply) {
			supply = append(supply, m.Supply)
		}
	}
	if len(what) > 0 {
		u.What = strings.Join(what, ", ")
	}
	u.Supply = strings.Join(supply, " ")
	r.unresolved = append(r.unresolved, u)
	if decides && r.m.opts.AssumeUnresolved {
		r.notice(distribution.NoticeWarning, path, "is not resolved (%s) and left out", u.What)
	}
}

// wrongType records a value with a type other than the API's.
func (r *reader) wrongType(path string, n *tree.Node, want tree.Kind, limit limit) {
	p := distribution.Problem{Path: path, Value: n.Show(), Allowed: limit.allowed, Rule: limit.rule, Message: "is not " + want.String()}
	if want == tree.String && n.Kind == tree.Number {
		p.Fix = fmt.Sprintf("write \"%s\", with quotes", n.Text)
	}
	if _, err := strconv.Atoi(n.Text); want == tree.Number && n.Kind == tree.String && err == nil {
		p.Fix = fmt.Sprintf("write %s, without quotes", n.Text)
	}
	r.problem(p)
}

// limit is what a setting allows and the rule that says so, for messages about values of
// the wrong type.
type limit struct{ allowed, rule string }

// object is a cursor over one object of the file. Fields are requested by name; done
// reports those that were not requested as unknown.
type object struct {
	r     *reader
	path  string
	node  *tree.Node
	asked []string
}

// object returns a cursor over n, which is empty if n is not an object.
func (r *reader) object(path string, n *tree.Node) *object {
	r.places[path] = n.Pos
	switch {
	case n.Kind == tree.Unresolved:
		r.missing(path, n, true)
		n = tree.NewObject(n.Pos)
	case n.Kind != tree.Object:
		r.wrongType(path, n, tree.Object, limit{})
		n = tree.NewObject(n.Pos)
	}
	o := &object{r: r, path: path, node: n}
	if f := n.Repeated(); f != nil {
		first := slices.IndexFunc(n.Fields, func(g tree.Field) bool { return g.Name == f.Name })
		r.places[o.at(f.Name)] = f.Pos
		if r.strict {
			r.problem(distribution.Problem{Path: o.at(f.Name), Message: fmt.Sprintf("stands twice in one object (lines %d and %d)", n.Fields[first].Pos.Line, f.Pos.Line), Fix: "remove one of the two"})
		}
	}
	return o
}

// at returns the path of a field.
func (o *object) at(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// take returns a field, or nil if it is absent or null.
func (o *object) take(name string) *tree.Node {
	o.asked = append(o.asked, name)
	n := o.node.Get(name)
	if n == nil || n.Kind == tree.Null {
		return nil
	}
	o.r.places[o.at(name)] = n.Pos
	return n
}

// known marks fields that have no meaning or effect in edgesim.
func (o *object) known(names ...string) { o.asked = append(o.asked, names...) }

// child returns a cursor over an object, or nil if there is none.
func (o *object) child(name string) *object {
	n := o.take(name)
	switch {
	case n == nil:
		return nil
	case n.Kind == tree.Unresolved:
		o.r.missing(o.at(name), n, true)
		return nil
	case n.Kind != tree.Object:
		o.r.wrongType(o.at(name), n, tree.Object, limit{})
		return nil
	}
	return o.r.object(o.at(name), n)
}

// opaque are the fields whose value has no effect here: names of things that AWS keeps, and
// text for people. They may stay unknown.
var opaque = []string{
	"Comment", "CallerReference", "PriceClass", "WebACLId", "ACMCertificateArn", "IAMCertificateId", "Certificate", "Bucket", "Prefix",
	"RealtimeLogConfigArn", "FieldLevelEncryptionId", "LambdaFunctionARN", "FunctionARN", "OriginAccessIdentity", "OriginAccessControlId",
	"VpcOriginId", "OwnerAccountId", "ClientCertificateArn", "AnycastIpListId", "ContinuousDeploymentPolicyId", "TrustStoreId",
	"CachePolicyId", "OriginRequestPolicyId", "ResponseHeadersPolicyId", "Id", "OriginId", "TargetOriginId", "Description", "Name",
	"OriginShieldRegion", "EncodedKey", "FunctionCode", "ReportUri", "DefaultValue", "Value", "RoutingEndpoint", "ConnectionGroupId", "KeyValueStoreARN",
}

// text returns a string, or def if it is absent.
func (o *object) text(name, def string) string { return o.textLimit(name, def, limit{}) }

func (o *object) textLimit(name, def string, limit limit) string {
	n := o.take(name)
	if n == nil {
		return def
	}
	return o.r.textOf(o.at(name), name, n, def, limit)
}

// textOf returns the text of a value that is a string in the API. An unresolved one becomes
// its expression if it is only a name.
func (r *reader) textOf(path, name string, n *tree.Node, def string, limit limit) string {
	switch {
	case n.Kind == tree.String:
		return n.Text
	case n.Kind == tree.Unresolved && !slices.Contains(opaque, name):
		r.missing(path, n, true)
		return def
	case n.Kind == tree.Unresolved:
		r.missing(path, n, false)
		return n.Text
	case !r.typed && (n.Kind == tree.Number || n.Kind == tree.Bool):
		return n.Text
	}
	r.wrongType(path, n, tree.String, limit)
	return def
}

// enum returns a word of a list, or def if it is absent; "" counts as absent.
func (o *object) enum(name, def string, limit limit) string {
	if word := o.textLimit(name, def, limit); word != "" && !o.unresolved(name) {
		return word
	}
	return def
}

// unresolved reports whether a field's value is unknown.
func (o *object) unresolved(name string) bool {
	n := o.node.Get(name)
	return n != nil && n.Kind == tree.Unresolved
}

// boolean returns a boolean, or def if it is absent.
func (o *object) boolean(name string, def bool) bool {
	n := o.take(name)
	switch {
	case n == nil:
		return def
	case n.Kind == tree.Unresolved:
		o.r.missing(o.at(name), n, true)
		return def
	case n.Kind == tree.Bool:
		return n.Text == "true"
	case n.Kind == tree.String && !o.r.typed:
		switch strings.ToLower(n.Text) {
		case "true", "yes", "on":
			return true
		case "false", "no", "off":
			return false
		}
	}
	o.r.wrongType(o.at(name), n, tree.Bool, limit{allowed: "true, false"})
	return def
}

// mostInteger limits integers, so that none overflows when it becomes a duration.
const mostInteger = 1_000_000_000_000_000

// integer returns a whole number, or def if it is absent.
func (o *object) integer(name string, def int64, limit limit) int64 {
	n := o.take(name)
	if n == nil {
		return def
	}
	return o.r.integerOf(o.at(name), n, def, limit)
}

// wholeSeconds returns a TTL or an age.
func (o *object) wholeSeconds(name string, def distribution.Seconds, limit limit) distribution.Seconds {
	return distribution.Seconds(o.integer(name, int64(def), limit))
}

func (r *reader) integerOf(path string, n *tree.Node, def int64, limit limit) int64 {
	if n.Kind == tree.Unresolved {
		r.missing(path, n, true)
		return def
	}
	if !r.typed {
		n = asNumber(n)
	}
	i, ok := n.Integer()
	switch {
	case n.Kind != tree.Number:
		r.wrongType(path, n, tree.Number, limit)
	case !ok || i > mostInteger || i < -mostInteger:
		r.problem(distribution.Problem{Path: path, Value: n.Text, Allowed: limit.allowed, Rule: limit.rule, Message: "is not a whole number"})
	default:
		return i
	}
	return def
}

// asNumber reads "443" as 443 and 443.0 as 443, as template tools do.
func asNumber(n *tree.Node) *tree.Node {
	if n.Kind != tree.String && n.Kind != tree.Number {
		return n
	}
	text := strings.TrimSpace(n.Text)
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return n
	}
	c := n.Clone()
	c.Kind, c.Text = tree.Number, text
	if _, err := strconv.ParseInt(text, 10, 64); err != nil && f == float64(int64(f)) && f < mostInteger && f > -mostInteger {
		c.Text = strconv.FormatInt(int64(f), 10)
	}
	return c
}

// seconds returns a duration given in seconds.
func (o *object) seconds(name string, def time.Duration, limit limit) time.Duration {
	const most = 1_000_000_000 // a duration holds 9 of these
	s := o.integer(name, int64(def/time.Second), limit)
	if s > most || s < -most {
		o.r.problem(distribution.Problem{Path: o.at(name), Value: strconv.FormatInt(s, 10), Allowed: limit.allowed, Rule: limit.rule, Message: "is out of range"})
		return def
	}
	return time.Duration(s) * time.Second
}

// number returns a number that may have decimals, or 0.
func (o *object) number(name string, limit limit) float64 {
	n := o.take(name)
	if n == nil {
		return 0
	}
	if n.Kind == tree.Unresolved {
		o.r.missing(o.at(name), n, true)
		return 0
	}
	if !o.r.typed {
		n = asNumber(n)
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	if n.Kind != tree.Number || err != nil {
		o.r.wrongType(o.at(name), n, tree.Number, limit)
	}
	return f
}

// done reports the fields that were not requested.
func (o *object) done() {
	for _, f := range o.node.Fields {
		if slices.Contains(o.asked, f.Name) {
			continue
		}
		message := fmt.Sprintf("is not a field edgesim knows (line %d)", f.Pos.Line)
		if near := tree.DidYouMean(f.Name, o.asked); near != "" && inside[f.Name] == "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		} else if slices.Contains(o.asked, inside[f.Name]) {
			message += fmt.Sprintf("; it belongs into %s", inside[f.Name])
		}
		o.r.places[o.at(f.Name)] = f.Pos
		o.r.notice(distribution.NoticeUnknown, o.at(f.Name), "%s", message)
	}
}

// inside are fields that are often put one level too high, with where they belong.
var inside = map[string]string{
	"OriginMtlsConfig": "CustomOriginConfig", "HTTPPort": "CustomOriginConfig", "HTTPSPort": "CustomOriginConfig", "OriginProtocolPolicy": "CustomOriginConfig",
	"OriginSslProtocols": "CustomOriginConfig", "OriginReadTimeout": "CustomOriginConfig", "OriginKeepaliveTimeout": "CustomOriginConfig", "IpAddressType": "CustomOriginConfig",
	"OriginAccessIdentity": "S3OriginConfig", "VpcOriginId": "VpcOriginConfig", "OriginShieldRegion": "OriginShield",
	"CachedMethods": "AllowedMethods", "QueryString": "ForwardedValues", "Cookies": "ForwardedValues", "QueryStringCacheKeys": "ForwardedValues",
	"ACMCertificateArn": "ViewerCertificate", "MinimumProtocolVersion": "ViewerCertificate", "SSLSupportMethod": "ViewerCertificate", "GeoRestriction": "Restrictions",
}
