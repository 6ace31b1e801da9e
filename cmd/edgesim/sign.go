package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/cloudfront/sign"
	"github.com/urfave/cli/v2"
)

// signCommand makes signed URLs and cookies, using AWS's own signer.
func (p *program) signCommand() *cli.Command {
	return &cli.Command{
		Name:      "sign",
		Usage:     "make a signed URL or signed cookies",
		ArgsUsage: "URL",
		Description: "URL is the URL that viewers request, with its query string; with --cookies it may contain\n" +
			"wildcards, which makes the policy a custom policy.\n\n" +
			"Examples:\n" +
			"  edgesim sign https://www.example.com/private/a.jpg --key private.pem --key-pair-id K2JCJMDEHXQW5F\n" +
			"  edgesim sign https://www.example.com/private/a.jpg --key private.pem --key-pair-id K2JCJMDEHXQW5F --expires 10m\n" +
			"  edgesim sign 'https://www.example.com/private/*' --key private.pem --key-pair-id K2JCJMDEHXQW5F --cookies",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "key", Usage: "the private key in `FILE`: RSA, or ECDSA on P-256 for URLs, in PEM"},
			&cli.StringFlag{Name: "key-pair-id", Usage: "the `ID` of the public key in the key group"},
			&cli.StringFlag{Name: "expires", Value: "1h", Usage: "valid for this `TIME`, or until it: 10m, 24h, 2026-12-31T00:00:00Z"},
			&cli.StringFlag{Name: "policy", Usage: "sign the custom policy in `FILE`, which contains everything else"},
			&cli.BoolFlag{Name: "cookies", Usage: "print signed cookies, as the value of a Cookie header"},
		},
		Action: p.sign,
	}
}

// sign prints a signed URL, or the value of a Cookie field.
func (p *program) sign(c *cli.Context) error {
	url := c.Args().First()
	switch {
	case c.NArg() != 1:
		return usage{err: fmt.Errorf("%d URLs were given, want one", c.NArg()), hint: "edgesim sign https://www.example.com/a.jpg --key private.pem --key-pair-id K2JCJMDEHXQW5F"}
	case !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://"):
		return usage{err: fmt.Errorf("%q does not begin with http:// or https://", url)}
	case c.String("key") == "" || c.String("key-pair-id") == "":
		return usage{err: fmt.Errorf("--key and --key-pair-id are needed"), hint: "openssl genrsa -out private.pem 2048 makes a key, openssl pkey -in private.pem -pubout its public one"}
	}
	key, err := readSigningKey(c.String("key"))
	if err != nil {
		return usage{err: fmt.Errorf("--key %s: %w", c.String("key"), err)}
	}
	until, err := readExpiry(c.String("expires"))
	if err != nil {
		return err
	}
	custom, err := readSignedPolicy(c.String("policy"))
	if err != nil {
		return usage{err: fmt.Errorf("--policy %s: %w", c.String("policy"), err)}
	}
	if c.Bool("cookies") {
		return p.signCookies(c.String("key-pair-id"), key, url, until, custom)
	}
	signer := sign.NewURLSigner(c.String("key-pair-id"), key)
	var signed string
	if custom != nil {
		signed, err = signer.SignWithPolicy(url, custom)
	} else {
		signed, err = signer.Sign(url, until)
	}
	if err != nil {
		return usage{err: err}
	}
	fmt.Fprintln(p.out.stdout, signed)
	return nil
}

func (p *program) signCookies(id string, key crypto.Signer, url string, until time.Time, custom *sign.Policy) error {
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return usage{err: fmt.Errorf("--cookies needs a key of RSA: CloudFront's pages on signed cookies know no other")}
	}
	signer := sign.NewCookieSigner(id, private)
	if custom == nil && strings.ContainsAny(url, "*?") {
		custom = &sign.Policy{Statements: []sign.Statement{{Resource: url, Condition: sign.Condition{DateLessThan: sign.NewAWSEpochTime(until)}}}}
	}
	sent, err := signer.Sign(url, until)
	if custom != nil {
		sent, err = signer.SignWithPolicy(custom)
	}
	if err != nil {
		return usage{err: err}
	}
	var pairs []string
	for _, cookie := range sent {
		pairs = append(pairs, cookie.Name+"="+cookie.Value)
	}
	fmt.Fprintln(p.out.stdout, strings.Join(pairs, "; "))
	return nil
}

// readSigningKey reads a private key in PEM, in any of the usual forms.
func readSigningKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, cause(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("is no PEM file")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("holds no private key that can be read")
	}
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return key, nil
	case *ecdsa.PrivateKey:
		return key, nil
	}
	return nil, fmt.Errorf("holds a key that is neither RSA nor ECDSA")
}

// readExpiry parses a duration from now, or a time.
func readExpiry(text string) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return time.Now().Add(d), nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, usage{err: fmt.Errorf("--expires %q is neither a time like 10m nor one like 2026-12-31T00:00:00Z", text)}
}

// readSignedPolicy reads a custom policy; nil without a file.
func readSignedPolicy(file string) (*sign.Policy, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, cause(err)
	}
	policy := &sign.Policy{}
	if err := json.Unmarshal(text, policy); err != nil {
		return nil, fmt.Errorf("is not a policy: %w", err)
	}
	return policy, nil
}
