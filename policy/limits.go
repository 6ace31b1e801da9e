package policy

// Documented quotas that the edge enforces while it serves.
const (
	// ResponseHeaderLimit is the largest response head of an origin, in bytes
	// (CF-LIMIT-01, CF-RESP-23; 20,480 until 2023 for requests).
	ResponseHeaderLimit = 32768
	// RequestHeaderLimit is the largest head of a viewer's request, the query
	// string included, in bytes (CF-LIMIT-01, CF-ERR-27).
	RequestHeaderLimit = 32768
	// URLLimit is the longest URL of a viewer, in bytes (CF-LIMIT-02, CF-ERR-26).
	URLLimit = 8192
)
