package distribution

// FunctionAssociation associates a CloudFront function with a behavior.
type FunctionAssociation struct {
	// EventType is viewer-request or viewer-response (CF-CONF-140).
	EventType string
	// ARN is the reference as configured: an ARN, or the address of a function in
	// the same files.
	ARN string
	// Function is the function as the files define it; nil if they do not.
	Function *Function
}

// Function is a CloudFront function.
type Function struct {
	// Name is the function's name; Address is how the files refer to it (a
	// CloudFormation logical id, a Terraform address), or its name again.
	Name, Address string
	// Runtime is cloudfront-js-1.0 or cloudfront-js-2.0; "" if not specified.
	Runtime, Comment string
	// Code is the source code; "" if the files do not contain it.
	Code string
	// Stores are the key-value stores that the function may read.
	Stores []*KeyValueStore
}

// KeyValueStore is a key-value store used by CloudFront functions.
type KeyValueStore struct {
	// Name, ID and ARN identify the store; each is "" if the files do not specify
	// it. Address is how the files refer to it.
	Name, ID, ARN, Address, Comment string
	// Known reports whether the files contain the store's entries.
	Known bool
	// Entries are the store's entries, in file order.
	Entries []KeyValue
}

// KeyValue is an entry of a key-value store.
type KeyValue struct{ Key, Value string }

// LambdaFunctionAssociation associates a Lambda@Edge function with a behavior.
type LambdaFunctionAssociation struct {
	// EventType is viewer-request, viewer-response, origin-request or
	// origin-response (CF-CONF-138).
	EventType string
	// ARN is the ARN of the function version, or the expression that refers to it.
	ARN string
	// IncludeBody passes the request body to the function.
	IncludeBody bool
}
