package policy

// Documented quotas that the edge enforces at run time.
const (
	// ResponseHeaderLimit is the maximum size of an origin's response head, in bytes
	// (CF-LIMIT-01, CF-RESP-23; 20,480 until 2023 for requests).
	ResponseHeaderLimit = 32768
	// RequestHeaderLimit is the maximum size of a viewer's request head, including
	// the query string, in bytes (CF-LIMIT-01, CF-ERR-27).
	RequestHeaderLimit = 32768
	// URLLimit is the maximum length of a viewer's URL, in bytes (CF-LIMIT-02,
	// CF-ERR-26).
	URLLimit = 8192
)
