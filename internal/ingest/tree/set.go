package tree

// Set is the result of reading documents: every resource in them, each in the shape of the
// API, in the order of the files.
type Set struct {
	// Dialect says who wrote the resources, and thus which rules of the API's JSON apply:
	// CloudFormation and Terraform fill some fields in themselves.
	Dialect Dialect
	// Resources are all resources, including distributions.
	Resources []Resource
	// Remarks are the reader's remarks: a duplicate key, a field that its format does not
	// have, an undecided condition.
	Remarks []Remark
	// Told holds the notices from reading the document that this one was written from: a
	// list of notices, or nil.
	Told *Node
	// Backends are those of origins by id, if the names do not tell.
	Backends map[string]Backend
	// Files are all files that were read, for --watch.
	Files []string
}

// Dialect is the language of a set.
type Dialect string

// The dialects.
const (
	// DialectAPI is the API's own JSON: lists are {"Quantity", "Items"}, and the fields
	// that the API requires must be present.
	DialectAPI Dialect = "API JSON"
	// DialectCloudFormation is a template: lists are plain or with Items, "true" and "443"
	// stand for true and 443, and what the resource's schema makes optional is filled in.
	DialectCloudFormation Dialect = "CloudFormation"
	// DialectTerraform is Terraform, OpenTofu and what compiles to them; like
	// CloudFormation, with what the AWS provider fills in.
	DialectTerraform Dialect = "Terraform"
	// DialectOverlay is a distribution written into an overlay by hand: the API's names,
	// without the fields that only creating one requires.
	DialectOverlay Dialect = "overlay"
)

// Type is the type of a resource.
type Type string

// The types of resources. The Config of each is the API structure named here; its lists may
// be plain.
const (
	Distribution          Type = "Distribution"          // DistributionConfig
	CachePolicy           Type = "CachePolicy"           // CachePolicyConfig
	OriginRequestPolicy   Type = "OriginRequestPolicy"   // OriginRequestPolicyConfig
	ResponseHeadersPolicy Type = "ResponseHeadersPolicy" // ResponseHeadersPolicyConfig
	OriginAccessControl   Type = "OriginAccessControl"   // OriginAccessControlConfig
	// OriginAccessIdentity is CloudFrontOriginAccessIdentityConfig.
	OriginAccessIdentity Type = "OriginAccessIdentity"
	// Function is {Name, FunctionConfig: {Comment, Runtime,
	// KeyValueStoreAssociations}, FunctionCode: text where known}.
	Function Type = "Function"
	// KeyValueStore is {Name, Comment, Data: [{Key, Value}] where known}.
	KeyValueStore Type = "KeyValueStore"
	PublicKey     Type = "PublicKey" // PublicKeyConfig: EncodedKey is the PEM text
	KeyGroup      Type = "KeyGroup"  // KeyGroupConfig
	// ContinuousDeploymentPolicy is ContinuousDeploymentPolicyConfig.
	ContinuousDeploymentPolicy Type = "ContinuousDeploymentPolicy"
	// DistributionTenant is {Name, DistributionId, Domains: [{Domain}],
	// Parameters: [{Name, Value}], Enabled, ConnectionGroupId, Customizations}.
	DistributionTenant Type = "DistributionTenant"
	// ConnectionGroup is {Name, RoutingEndpoint, Ipv6Enabled, Enabled, AnycastIpListId}.
	ConnectionGroup Type = "ConnectionGroup"
)

// Resource is one resource of a set.
type Resource struct {
	Type Type
	// Name is the address by which people and other resources of the set refer to it: a
	// logical id prefixed with the nested stack ("Stack/Logical"), a Terraform address, an
	// id. A reference in another resource is a string node with exactly this text.
	Name string
	// ID is AWS's id, DomainName a distribution's cloudfront.net name, ARN its ARN; each ""
	// if the files do not say.
	ID, DomainName, ARN string
	Pos                 Position
	// Config is the resource in the shape of the API, as listed at its type.
	Config *Node
	// Tags are the resource's tags, an object of strings, or nil.
	Tags *Node
}

// Remark is a remark by a reader.
type Remark struct {
	Pos Position
	// Path is the position in the source's own terms.
	Path string
	// Message is in lower case, without a period.
	Message string
	// Unknown marks a field that the format does not have, which is an error in
	// CloudFront's tools.
	Unknown bool
	// Refused marks what the format's own tool would reject: reading continues, and all of
	// them are errors in the end.
	Refused bool
	// Blocking marks an unresolved value outside every resource that leaves open whether
	// one exists: a condition, a for_each. Missing says what it needs.
	Blocking bool
	Missing  []Missing
}

// Add appends a resource.
func (s *Set) Add(r Resource) { s.Resources = append(s.Resources, r) }

// Of returns the resources of a type, in order.
func (s *Set) Of(t Type) []Resource {
	var list []Resource
	for _, r := range s.Resources {
		if r.Type == t {
			list = append(list, r)
		}
	}
	return list
}
