package distribution

// FunctionAssociation attaches a CloudFront function to a behavior.
type FunctionAssociation struct {
	// EventType is viewer-request or viewer-response (CF-CONF-140).
	EventType string
	// ARN is the reference as configured: an ARN, or the address of a function in
	// the same files.
	ARN string
	// Function is what the files say of it; nil where they say nothing.
	Function *Function
}

// Function is a CloudFront function.
type Function struct {
	// Name is the function's name; Address is how the files refer to it (a
	// CloudFormation logical id, a Terraform address), or its name again.
	Name, Address string
	// Runtime is cloudfront-js-1.0 or cloudfront-js-2.0; "" where nobody says.
	Runtime, Comment string
	// Code is the source text; "" where the files do not hold it.
	Code string
	// Stores are the key-value stores it may read.
	Stores []*KeyValueStore
}

// KeyValueStore is a key-value store of CloudFront functions.
type KeyValueStore struct {
	// Name, ID and ARN are its names, each "" where the files do not say;
	// Address is how the files refer to it.
	Name, ID, ARN, Address, Comment string
	// Known is set where the files hold the contents.
	Known bool
	// Entries are the contents, in the order of the files.
	Entries []KeyValue
}

// KeyValue is an entry of a key-value store.
type KeyValue struct{ Key, Value string }

// LambdaFunctionAssociation attaches a Lambda@Edge function to a behavior.
type LambdaFunctionAssociation struct {
	// EventType is viewer-request, viewer-response, origin-request or
	// origin-response (CF-CONF-138).
	EventType string
	// ARN is that of the function's version, or the expression that names it.
	ARN string
	// IncludeBody passes the request's body to the function.
	IncludeBody bool
}
