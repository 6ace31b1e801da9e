package setting

// The default addresses of an edge.
const (
	DefaultListen    = "127.0.0.1:8080"
	DefaultListenTLS = "127.0.0.1:8443"
	DefaultInspect   = "127.0.0.1:4040"
)

// edge are the settings of a running edge.
var edge = []Setting{
	{
		Name: "listen", Kind: Address, Group: GroupEdge, Everyday: true, Value: "ADDRESS", Default: DefaultListen,
		Usage: "viewer HTTP at `ADDRESS`: origin-form, absolute-form and CONNECT", Example: "127.0.0.1:8080",
	},
	{
		Name: "listen-tls", Kind: Address, Group: GroupEdge, Everyday: true, Value: "ADDRESS", Default: DefaultListenTLS,
		Usage: "viewer HTTPS at `ADDRESS`: HTTP/1.1 and h2", Example: "off",
	},
	{
		Name: "inspect", Kind: Address, Group: GroupEdge, Everyday: true, Value: "ADDRESS", Default: DefaultInspect,
		Usage: "the API at `ADDRESS`", Example: "127.0.0.1:4040",
	},
	{
		Name: "inspect-host", Kind: List, Group: GroupEdge, Value: "NAME",
		Usage: "accept API requests for this Host `NAME`, e.g. a service name in a compose network (repeatable)", Example: "[edge]",
	},
	{
		Name: "faithful", Kind: Switch, Group: GroupEdge,
		Usage: "omit the X-Edgesim-* response headers", Example: "true",
	},
	{
		Name: "forward-others", Kind: Switch, Group: GroupEdge,
		Usage: "when listening beyond loopback: also accept absolute-form and CONNECT requests for other hosts than the distribution's", Example: "true",
	},
	{
		Name: "cache", Kind: Choice, Group: GroupEdge, Everyday: true, Value: "MODE", Default: "off", Choices: []string{"off", "errors", "on"},
		Usage: "cache what CloudFront would cache: `MODE` is off, errors or on", Example: "errors",
	},
	{
		Name: "cache-size", Kind: Scalar, Group: GroupEdge, Value: "SIZE", Default: "256MB",
		Usage: "limit the cache to this `SIZE`, in memory and on disk together", Example: "1GB",
	},
	{
		Name: "error-caching", Kind: Switch, Group: GroupEdge,
		Usage: "the same as --cache errors", Example: "true",
	},
	{
		Name: "geography", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "where viewers are: values of the CloudFront-Viewer-… headers, by name",
		Example: "{CloudFront-Viewer-Country: DE}", Schema: `{"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}`,
	},
	{
		Name: "functions", Kind: Choice, Group: GroupEdge, Ways: FlagOnly, Value: "MODE", Default: "on", Choices: []string{"on", "off"},
		Usage: "run edge functions: `MODE` is on or off (skip them)",
	},
	{
		Name: "functions", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "files with the code of CloudFront Functions, by name or ARN",
		Example: "{rewrite: functions/rewrite.js}", Schema: `{"type": "object", "additionalProperties": {"type": "string"}}`,
	},
	{
		Name: "key-value-stores", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "files with the contents of key-value stores, by name or ARN",
		Example: "{routes: functions/routes.json}", Schema: `{"type": "object", "additionalProperties": {"type": "string"}}`,
	},
	{
		Name: "lambdas", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "Lambda@Edge functions by ARN: file and handler, run by node or python3, or endpoint and name of a Lambda Invoke API; the process gets only what is in environment",
		Example: `{"arn:aws:lambda:us-east-1:111122223333:function:auth:4": {file: auth/index.mjs, handler: handler}}`,
		Schema:  `{"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {"file": {"type": "string"}, "handler": {"type": "string"}, "endpoint": {"type": "string"}, "name": {"type": "string"}, "environment": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}}}}`,
	},
	{
		Name: "viewer-country", Kind: Text, Group: GroupEdge, Value: "CC",
		Usage: "treat viewers as being in the country `CC` (ISO 3166-1, two letters), for geographic restrictions and CloudFront-Viewer-Country", Said: "unknown: nobody is blocked", Example: "DE",
	},
	{
		Name: "public-keys", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "the public keys that verify signed URLs and cookies: PEM files, by Key-Pair-Id",
		Example: "{K2JCJMDEHXQW5F: keys/public.pem}", Schema: `{"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}`,
	},
	{
		Name: "key-groups", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "the key groups that behaviors trust: lists of Key-Pair-Ids, by the id of the group",
		Example: "{my-group: [K2JCJMDEHXQW5F]}", Schema: `{"type": "object", "additionalProperties": {"type": ["string", "array"], "items": {"type": "string"}}}`,
	},
	{
		Name: "origin-access-controls", Kind: Mapping, Group: GroupEdge, Ways: OverlayOnly,
		Usage:   "origin access controls by id: signing-behavior (always, never, no-override), origin-type (s3, lambda, mediastore, mediapackagev2) and credentials (made up unless given)",
		Example: "{E2QWRUHAPOMQZL: {signing-behavior: always, origin-type: s3, credentials: {access-key-id: minio, secret-access-key: minio-secret}}}",
		Schema: `{"type": "object", "additionalProperties": {"type": "object", "additionalProperties": false, "properties": {` +
			`"signing-behavior": {"enum": ["always", "never", "no-override"]}, "origin-type": {"enum": ["s3", "lambda", "mediastore", "mediapackagev2"]}, "signing-protocol": {"enum": ["sigv4", "sigv4a"]}, ` +
			`"credentials": {"type": "object", "additionalProperties": false, "properties": {"access-key-id": {"type": "string"}, "secret-access-key": {"type": "string"}, "session-token": {"type": "string"}}}}}}`,
	},
	{
		Name: "fault", Kind: List, Group: GroupEdge, Value: "FAULT",
		Usage:   "force a failure: `FAULT` is a cause, then origin=, behavior=, path=, method=, next=, share=, seed=, latency= as needed, as in PUT /api/faults (repeatable)",
		Example: "[\"connect-timeout path=/api/* next=1\"]",
	},
	{
		Name: "replay", Kind: Place, Group: GroupEdge, Value: "PATH|URL",
		Usage: "answer from the recording at `PATH|URL` instead of the origins: a folder, an exported file, a browser's .har", Example: "recordings/before",
	},
	{
		Name: "replay-fallback", Kind: Switch, Group: GroupEdge, Said: "refuse it",
		Usage: "with --replay: send requests that are not recorded to the origin", Example: "true",
	},
	{
		Name: "replay-header", Kind: List, Group: GroupEdge, Value: "NAME",
		Usage: "with --replay: the header `NAME` must match, too (repeatable)", Example: "[Accept]",
	},
	{
		Name: "state", Kind: File, Group: GroupEdge, Value: "DIR", Said: "the user's state directory",
		Usage: "keep the viewer CA and the recordings in `DIR`", Example: "state",
	},
	{
		Name: "ca-file", Kind: File, Group: GroupEdge, Value: "FILE",
		Usage: "write the viewer CA's certificate to `FILE`, for viewers that share a volume with the edge", Example: "shared/edge-ca.pem",
	},
	{
		Name: "watch", Kind: Switch, Group: GroupEdge,
		Usage: "reload the configuration when one of its files changes, and on SIGHUP; without this flag, SIGHUP ends the edge", Example: "true",
	},
	{
		Name: "ready-file", Kind: File, Group: GroupEdge, Value: "FILE",
		Usage: "write the actual addresses to `FILE` once listening", Example: "ready.json",
	},
}

// recordings are the settings for recording exchanges.
var recordings = []Setting{
	{
		Name: "record", Kind: Place, Group: GroupRecording, Everyday: true, Value: "WHERE", Choices: []string{"memory", "off"}, Said: "recordings in the state directory",
		Usage: "keep exchanges in `WHERE`: a folder, postgres://…, memory or off", Example: "recordings",
	},
	{
		Name: "keep", Kind: Scalar, Group: GroupRecording, Value: "N", Said: "100000",
		Usage: "keep the newest `N` exchanges; 0 for no limit", Example: "1000",
	},
	{
		Name: "keep-for", Kind: Scalar, Group: GroupRecording, Value: "TIME", Said: "never",
		Usage: "delete exchanges after this `TIME`, e.g. 168h", Example: "168h",
	},
	{
		Name: "keep-size", Kind: Scalar, Group: GroupRecording, Value: "SIZE", Said: "2GB in a folder, no limit in a database",
		Usage: "limit the recordings to about this `SIZE`, e.g. 1GB; 0 for no limit", Example: "1GB",
	},
	{
		Name: "edge-name", Kind: Text, Group: GroupRecording, Value: "NAME", Said: "the host's name",
		Usage: "the `NAME` of this edge in shared recordings", Example: "edge-1",
	},
	{
		Name: "body-limit", Kind: Number, Group: GroupRecording, Value: "BYTES", Default: "65536",
		Usage: "keep at most `BYTES` of each request and response body", Example: "1048576",
	},
	{
		Name: "keep-secrets", Kind: Switch, Group: GroupRecording,
		Usage: "do not redact credentials, cookies and API keys", Example: "true",
	},
	{
		Name: "redact-header", Kind: List, Group: GroupRecording, Value: "NAME",
		Usage: "redact the header `NAME` in recordings, log and API (repeatable)", Example: "[X-Session]",
	},
	{
		Name: "redact-query", Kind: List, Group: GroupRecording, Value: "NAME",
		Usage: "redact the query parameter `NAME` in recordings, log and API (repeatable)", Example: "[token, sig]",
	},
}

// logs are the settings of the log, which every command has.
var logs = []Setting{
	{
		Name: "log-level", Kind: Choice, Group: GroupLog, Value: "LEVEL", Default: "info", Choices: []string{"debug", "info", "warn", "error"},
		Usage: "log `LEVEL`: debug, info, warn or error", Example: "debug",
	},
	{
		Name: "log-format", Kind: Choice, Group: GroupLog, Value: "FORMAT", Choices: []string{"text", "json"}, Said: "text on a terminal, json elsewhere",
		Usage: "log `FORMAT`: text or json", Example: "json",
	},
	{
		Name: "log-output", Kind: Choice, Group: GroupLog, Value: "STREAM", Choices: []string{"stderr", "stdout"}, Said: "stderr",
		Usage: "log to `STREAM`: stderr, or stdout as container platforms expect", Example: "stdout",
	},
}
