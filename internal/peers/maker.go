package peers

import (
	"bytes"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// period is a validity period in OpenSSL's spelling.
type period struct{ from, until string }

var (
	thisYear = period{"20260101000000Z", "20261231235959Z"}
	lastYear = period{"20250101000000Z", "20251231235959Z"}
	nextYear = period{"20270101000000Z", "20271231235959Z"}
	decades  = period{"20200101000000Z", "20401231235959Z"}
)

// authority is the recipe of a CA, or of something that pretends to be one.
type authority struct {
	name string
	// by is the authority that issues it; "" makes it a root.
	by    string
	valid period
	// noCA omits the right to issue.
	noCA bool
	// unlisted omits the address of its issuer's certificate, as private CAs do.
	unlisted bool
}

// authorities returns all of them, issuers first. "root" stands in for a public CA.
func authorities() []authority {
	return []authority{
		{name: "root", valid: decades},
		{name: "upper", by: "root", valid: decades},
		{name: "lower", by: "upper", valid: decades},
		{name: "expired-lower", by: "upper", valid: lastYear},
		{name: "no-ca", by: "upper", valid: decades, noCA: true},
		{name: "private-root", valid: decades},
		{name: "private-lower", by: "private-root", valid: decades, unlisted: true},
	}
}

// maker runs openssl in its own directory.
type maker struct{ dir string }

// configuration is for "openssl ca", the only command of OpenSSL 3.0 that allows choosing
// both dates. Each certificate gets its own register.
const configuration = `[ca]
default_ca = all
[all]
database = %[1]s/index.txt
new_certs_dir = %[1]s
rand_serial = yes
unique_subject = no
email_in_dn = no
default_md = sha256
policy = anything
[anything]
commonName = supplied
organizationName = optional
`

func (m *maker) file(name string) string { return filepath.Join(m.dir, name) }

// openssl runs one command.
func (m *maker) openssl(args ...string) error {
	path := find("openssl")
	if path == "" {
		return errors.New("openssl is not installed")
	}
	command := exec.Command(path, args...)
	command.Dir, command.Env = m.dir, environment()
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("openssl %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// key makes a key of a kind like "ec256" or "rsa2048". Very large RSA keys are made from
// four primes, which is a hundred times faster and invisible to the other side.
func (m *maker) key(file, kind string) error {
	args := []string{"genpkey", "-quiet", "-out", file, "-algorithm"}
	bits, isRSA := strings.CutPrefix(kind, "rsa")
	switch {
	case isRSA && len(bits) == 4 && bits > "4000":
		args = append(args, "RSA", "-pkeyopt", "rsa_keygen_bits:"+bits, "-pkeyopt", "rsa_keygen_primes:4")
	case isRSA:
		args = append(args, "RSA", "-pkeyopt", "rsa_keygen_bits:"+bits)
	default:
		args = append(args, "EC", "-pkeyopt", "ec_paramgen_curve:P-"+strings.TrimPrefix(kind, "ec"))
	}
	return m.openssl(args...)
}

// authority makes a CA: NAME.pem and NAME.key.
func (m *maker) authority(a authority) error {
	if err := m.key(m.file(a.name+".key"), "ec256"); err != nil {
		return err
	}
	extensions := "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
	if a.noCA {
		extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
	}
	if a.by != "" && !a.unlisted {
		extensions += "authorityInfoAccess=caIssuers;URI:http://ca.peers.example/" + a.by + ".der\n"
	}
	issuer := a.by
	if issuer == "" {
		issuer = "-"
	}
	return m.issue(a.name, "/O=edgesim peers/CN="+a.name, issuer, extensions, a.valid)
}

// leaf makes the certificate of a case, with its files.
func (m *maker) leaf(r leafCase) (Certificate, error) {
	name := "leaf-" + r.name
	if err := m.key(m.file(name+".key"), or(r.key, "ec256")); err != nil {
		return Certificate{}, err
	}
	extensions := "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n" +
		"extendedKeyUsage=" + or(r.usage, "serverAuth") + "\n"
	if alternative := or(r.alternative, Domain(r.name)); alternative != "-" {
		extensions += "subjectAltName=DNS:" + alternative + "\n"
	}
	issuer := or(r.by, "lower")
	if issuer == "lower" {
		extensions += "authorityInfoAccess=caIssuers;URI:http://ca.peers.example/lower.der\n"
	}
	if r.valid == (period{}) {
		r.valid = thisYear
	}
	if err := m.issue(name, "/CN="+or(r.common, Domain(r.name)), issuer, extensions, r.valid); err != nil {
		return Certificate{}, err
	}
	c := Certificate{Name: r.name, Leaf: m.file(name + ".pem"), Key: m.file(name + ".key"), Chain: m.file(name + "-chain.pem")}
	if r.forged {
		if err := forge(c.Leaf); err != nil {
			return Certificate{}, err
		}
	}
	files := []string{c.Leaf}
	if len(r.sent) > 0 {
		c.Issuers = m.file(name + "-issuers.pem")
		for _, authority := range r.sent {
			files = append(files, m.file(authority+".pem"))
		}
		if err := join(c.Issuers, files[1:]...); err != nil {
			return Certificate{}, err
		}
	}
	return c, join(c.Chain, files...)
}

// issue makes NAME.pem for NAME.key; an issuer of "-" is the subject itself.
func (m *maker) issue(name, subject, issuer, extensions string, valid period) error {
	work := m.file(name + ".d")
	if err := os.Mkdir(work, 0o700); err != nil {
		return err
	}
	for file, content := range map[string]string{
		"ca.conf":   fmt.Sprintf(configuration, work),
		"index.txt": "",
		"ext.conf":  "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n" + extensions,
	} {
		if err := os.WriteFile(filepath.Join(work, file), []byte(content), 0o600); err != nil {
			return err
		}
	}
	request := filepath.Join(work, "csr.pem")
	if err := m.openssl("req", "-new", "-key", m.file(name+".key"), "-subj", subject, "-out", request); err != nil {
		return err
	}
	signer := []string{"-cert", m.file(issuer + ".pem"), "-keyfile", m.file(issuer + ".key")}
	if issuer == "-" {
		signer = []string{"-selfsign", "-keyfile", m.file(name + ".key")}
	}
	return m.openssl(append([]string{"ca", "-batch", "-notext", "-config", filepath.Join(work, "ca.conf"), "-in", request,
		"-out", m.file(name + ".pem"), "-extfile", filepath.Join(work, "ext.conf"), "-startdate", valid.from, "-enddate", valid.until}, signer...)...)
}

// forge corrupts the signature of a certificate: its last byte, so that the certificate
// still parses.
func forge(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return fmt.Errorf("%s holds no PEM", file)
	}
	der := bytes.Clone(block.Bytes)
	der[len(der)-1] ^= 1
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600)
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}
