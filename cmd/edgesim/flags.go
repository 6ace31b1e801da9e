package main

import (
	"github.com/urfave/cli/v2"
)

// originFlags are the ones that say what origin there is and how it is reached;
// every command that goes to an origin has them.
func originFlags() []cli.Flag {
	const category = "Origin:"
	return []cli.Flag{
		&cli.StringFlag{Name: "origin", Usage: "stand for a distribution with this one custom origin: `URL` is scheme, host and port", Category: category},
		&cli.BoolFlag{Name: "forward-host", Usage: "with --origin: forward the viewer's Host (AllViewer), so that Host and SNI are the viewer's", Category: category},
		&cli.StringFlag{Name: "origin-ssl-protocols", Usage: "with --origin: `LIST` of SSLv3, TLSv1, TLSv1.1, TLSv1.2, separated by commas", Category: category},
		&cli.StringFlag{Name: "origin-connection-attempts", DefaultText: "3", Usage: "with --origin: `N` attempts, 1 to 3", Category: category},
		&cli.StringFlag{Name: "origin-connection-timeout", DefaultText: "10", Usage: "with --origin: connection timeout of `S` seconds, 1 to 10", Category: category},
		&cli.StringFlag{Name: "origin-read-timeout", DefaultText: "30", Usage: "with --origin: response timeout of `S` seconds, 1 to 120", Category: category},
		&cli.StringFlag{Name: "origin-keepalive-timeout", DefaultText: "5", Usage: "with --origin: keep-alive timeout of `S` seconds, 1 to 300", Category: category},
		&cli.StringFlag{Name: "origin-path", Usage: "with --origin: put `PATH` before every request's path", Category: category},
		&cli.StringSliceFlag{Name: "connect", Usage: "reach an origin's domain at another address: `DOMAIN[:PORT]=HOST:PORT`; name, SNI and Host stay (repeatable)", Category: category},
		&cli.StringSliceFlag{Name: "origin-ca", Usage: "trust the CAs in `FILE` besides the Mozilla list, as stand-ins for public ones (repeatable)", Category: category},
		&cli.StringFlag{Name: "policy", Usage: "judge by the documented lists of this `DATE`, e.g. 2023-03-31, or current (default: current)", Category: category},
		&cli.StringFlag{Name: "at", Usage: "judge certificates at this `TIME`, e.g. 2026-12-31T00:00:00Z (default: now)", Category: category},
		&cli.StringFlag{Name: "tls13", Usage: "`WHETHER` TLS 1.3 is offered beside TLSv1.2: auto or forbid (default: auto, as far as --policy has it)", Category: category},
		&cli.StringFlag{Name: "client-certificate", Usage: "present the certificate chain in `FILE` to origins that ask for one (origin mTLS)", Category: category},
		&cli.StringFlag{Name: "client-key", Usage: "the key of --client-certificate is in `FILE`", Category: category},
		&cli.StringFlag{Name: "tls-key-log", Usage: "append the TLS secrets of origin connections to `FILE`, for a packet analyzer; whoever has it can read the traffic", Category: category},
		&cli.StringFlag{Name: "host-name-check", DefaultText: "either", Usage: "where Host is forwarded, the certificate must cover `WHICH`: either (the origin's name or Host) or host (CF-NAME-03); with -wide behind it, *.com counts, too", Category: category},
		&cli.StringFlag{Name: "superfluous-certificates", DefaultText: "allow", Usage: "`WHETHER` a chain with certificates that are not needed passes: allow or refuse (CF-CERT-15)", Category: category},
		&cli.StringFlag{Name: "sha1-signatures", DefaultText: "allow", Usage: "`WHETHER` a chain with SHA-1 signatures passes: allow or refuse", Category: category},
		&cli.StringSliceFlag{Name: "parameter", Usage: "template parameter `KEY=VALUE` (repeatable)", Category: category},
		&cli.StringFlag{Name: "distribution", Usage: "the distribution with this `ID` or alias, when a file holds several", Category: category},
	}
}

// listenFlags are the ones of a running edge. record says what --record is
// where nobody gives it.
func listenFlags(record string) []cli.Flag {
	const category = "Edge:"
	return append(recordFlags(record), []cli.Flag{
		&cli.StringFlag{Name: "listen", Value: defaultListen, Usage: "viewer HTTP at `ADDRESS`: origin-form, absolute-form and CONNECT", Category: category},
		&cli.StringFlag{Name: "listen-tls", Value: defaultListenTLS, Usage: "viewer HTTPS at `ADDRESS`: HTTP/1.1 and h2", Category: category},
		&cli.StringFlag{Name: "inspect", Value: defaultInspect, Usage: "the API at `ADDRESS`", Category: category},
		&cli.StringSliceFlag{Name: "inspect-host", Usage: "answer the API under this `NAME`, too, e.g. its service name in a compose network (repeatable)", Category: category},
		&cli.BoolFlag{Name: "faithful", Usage: "answer without the X-Edgesim-* headers", Category: category},
		&cli.BoolFlag{Name: "forward-others", Usage: "when listening beyond loopback: also take absolute-form and CONNECT requests for hosts that are not the distribution's", Category: category},
		&cli.BoolFlag{Name: "error-caching", Usage: "keep errors as long as CloudFront does and answer with them without asking the origin (ErrorCachingMinTTL)", Category: category},
		&cli.StringFlag{Name: "replay", Usage: "answer in the origins' place from the recording at `PATH|URL`: a folder, an exported file, a browser's .har", Category: category},
		&cli.BoolFlag{Name: "replay-fallback", Usage: "with --replay: let the origin answer what is not recorded (default: refuse it)", Category: category},
		&cli.StringSliceFlag{Name: "replay-header", Usage: "with --replay: the field `NAME` must agree, too (repeatable)", Category: category},
		&cli.StringFlag{Name: "state", Usage: "`DIR` with the viewer CA and the recordings (default: the user's state directory)", Category: category},
		&cli.StringFlag{Name: "ca-file", Usage: "write the viewer CA's certificate to `FILE`, for viewers that share a volume with the edge", Category: category},
		&cli.StringFlag{Name: "ready-file", Usage: "write the real addresses to `FILE` once listening", Category: category},
	}...)
}

// faultFlag is the one of faults on demand.
func faultFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "fault", Category: "Edge:",
		Usage: "force a failure: `FAULT` is a cause, then origin=, behavior=, path=, method=, next=, share=, seed=, latency= as needed; as in PUT /api/faults (repeatable)"}
}

// The addresses and sizes of the contract.
const (
	defaultListen    = "127.0.0.1:8080"
	defaultListenTLS = "127.0.0.1:8443"
	defaultInspect   = "127.0.0.1:4040"
	defaultBodyLimit = 64 << 10
)
