package setting

// origin are the settings of what the origin is and how it is reached: all commands that
// contact origins have these flags.
var origin = []Setting{
	{
		Name: "distribution", Kind: Mapping, Group: GroupOrigin, Everyday: true, Ways: OverlayOnly,
		Usage:   "the distribution: the path of a file in any format that edgesim reads, a list of such paths, or its content in the format of the API",
		Example: "distribution.json", Schema: `{"type": ["string", "object", "array"], "items": {"type": "string"}}`,
	},
	{
		Name: "distribution", Kind: Text, Group: GroupOrigin, Everyday: true, Ways: FlagOnly, Value: "ID",
		Usage: "use the distribution with this `ID` or alias, if a file has several",
	},
	{
		Name: "assume-unresolved", Kind: Switch, Group: GroupOrigin,
		Usage: "continue if a template has unresolved values: an origin's unknown domain becomes ORIGIN-ID.unresolved.invalid", Example: "true",
	},
	{
		Name: "policies", Kind: Mapping, Group: GroupOrigin, Ways: OverlayOnly,
		Usage:   "what the distribution references by id: policies, access controls, key groups, public keys, functions and key-value stores; files as the API or edgesim pull prints them, or their content",
		Example: "[{CachePolicy: {Id: mine, CachePolicyConfig: {Name: mine, MinTTL: 1}}}]",
		Schema:  `{"type": "array", "items": {"type": ["string", "object"]}}`,
	},
	{
		Name: "origin", Kind: Text, Group: GroupOrigin, Everyday: true, Value: "URL",
		Usage:   "use a distribution with this one custom origin: `URL` is scheme, host and port",
		Example: "https://www.example.com",
	},
	{
		Name: "forward-host", Kind: Switch, Group: GroupOrigin, Everyday: true,
		Usage: "with --origin: forward the viewer's Host to the origin (AllViewer), also as SNI", Example: "true",
	},
	{
		Name: "origin-ssl-protocols", Kind: Comma, Group: GroupOrigin, Value: "LIST",
		Usage: "with --origin: `LIST` of SSLv3, TLSv1, TLSv1.1, TLSv1.2, separated by commas", Example: "[TLSv1.1, TLSv1.2]",
	},
	{
		Name: "origin-connection-attempts", Kind: Number, Group: GroupOrigin, Value: "N", Said: "3",
		Usage: "with --origin: connection attempts `N`, 1 to 3", Example: "2",
	},
	{
		Name: "origin-connection-timeout", Kind: Number, Group: GroupOrigin, Value: "S", Said: "10",
		Usage: "with --origin: connection timeout of `S` seconds, 1 to 10", Example: "5",
	},
	{
		Name: "origin-read-timeout", Kind: Number, Group: GroupOrigin, Value: "S", Said: "30",
		Usage: "with --origin: response timeout of `S` seconds, 1 to 120", Example: "60",
	},
	{
		Name: "origin-keepalive-timeout", Kind: Number, Group: GroupOrigin, Value: "S", Said: "5",
		Usage: "with --origin: keep-alive timeout of `S` seconds, 1 to 300", Example: "60",
	},
	{
		Name: "origin-path", Kind: Text, Group: GroupOrigin, Value: "PATH",
		Usage: "with --origin: prefix every request's path with `PATH`", Example: "/v1",
	},
	{
		Name: "connect", Kind: Pairs, Group: GroupOrigin, Everyday: true, Value: "DOMAIN[:PORT]=HOST:PORT",
		Usage:   "reach an origin's domain at another address: `DOMAIN[:PORT]=HOST:PORT`; SNI, Host and the name in the certificate stay the same (repeatable); DOMAIN=dir:PATH serves the folder PATH as that bucket",
		Example: "{app.example.com: \"127.0.0.1:9000\"}",
	},
	{
		Name: "trust", Kind: Files, Group: GroupOrigin, Everyday: true, Ways: OverlayOnly,
		Usage: "trust the CAs in these files as if they were public, in addition to the Mozilla list; the flag is --origin-ca", Example: "[certs/ca.pem]",
	},
	{
		Name: "origin-ca", Kind: Files, Group: GroupOrigin, Everyday: true, Ways: FlagOnly, Value: "FILE",
		Usage: "trust the CAs in `FILE` as if they were public, in addition to the Mozilla list (repeatable)",
	},
	{
		Name: "policy", Kind: Date, Group: GroupOrigin, Value: "DATE", Said: "current",
		Usage: "use the TLS lists documented on this `DATE`, e.g. 2023-03-31, or current", Example: "2023-03-31",
	},
	{
		Name: "at", Kind: Time, Group: GroupOrigin, Value: "TIME", Said: "now",
		Usage: "judge certificates as of this `TIME`, e.g. 2026-12-31 or 2026-12-31T15:04:05Z", Example: "2026-12-31",
	},
	{
		Name: "tls13", Kind: Choice, Group: GroupOrigin, Value: "WHETHER", Choices: []string{"auto", "forbid"}, Said: "auto: if --policy has it",
		Usage: "`WHETHER` TLS 1.3 is offered along with TLSv1.2: auto or forbid", Example: "forbid",
	},
	{
		Name: "client-certificate", Kind: File, Group: GroupOrigin, Value: "FILE",
		Usage: "present the certificate chain in `FILE` to origins that ask for one (origin mTLS)", Example: "certs/client.pem",
	},
	{
		Name: "client-key", Kind: File, Group: GroupOrigin, Value: "FILE",
		Usage: "the key of --client-certificate is in `FILE`", Example: "certs/client.key",
	},
	{
		Name: "client-certificate-origins", Kind: List, Group: GroupOrigin, Value: "ID",
		Usage: "present --client-certificate only to the origin with this `ID` (repeatable)", Said: "all", Example: "[app]",
	},
	{
		Name: "tls-key-log", Kind: File, Group: GroupOrigin, Value: "FILE",
		Usage: "append the TLS secrets of origin connections to `FILE`, for a packet analyzer; anyone with the file can read the traffic", Example: "tls-keys.log",
	},
	{
		Name: "host-name-check", Kind: Choice, Group: GroupOrigin, Value: "WHICH", Choices: []string{"either", "host", "either-wide", "host-wide"}, Said: "either",
		Usage:   "if Host is forwarded, the certificate must cover `WHICH`: either (the origin's name or Host) or host (CF-NAME-03); with the suffix -wide, *.com also matches",
		Example: "host",
	},
	{
		Name: "superfluous-certificates", Kind: Choice, Group: GroupOrigin, Value: "WHETHER", Choices: []string{"allow", "refuse"}, Said: "allow",
		Usage: "`WHETHER` a chain may have superfluous certificates: allow or refuse (CF-CERT-15)", Example: "refuse",
	},
	{
		Name: "sha1-signatures", Kind: Choice, Group: GroupOrigin, Value: "WHETHER", Choices: []string{"allow", "refuse"}, Said: "allow",
		Usage: "`WHETHER` a chain may have SHA-1 signatures: allow or refuse", Example: "refuse",
	},
	{
		Name: "parameter", Kind: Pairs, Group: GroupOrigin, Value: "KEY=VALUE",
		Usage: "template parameter `KEY=VALUE` (repeatable)", Example: "{Stage: test, Count: 3}",
	},
}
