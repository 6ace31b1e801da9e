package proxy

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// The names of the CA's files in the state directory.
const (
	CertificateFile = "ca.pem"
	KeyFile         = "ca-key.pem"
)

const (
	hintRotate = "edgesim ca --rotate makes a new one, which viewers then have to trust"
	hintState  = "--state DIR names another directory"
)

// LoadOrCreateCA returns the certificate authority of a state directory and creates
// it if there is none yet. Several processes may call it at once: all of them get
// the same CA. Errors are of type [*CAError].
//
// The directory is created with mode 0700 and the key with 0600. A key that others
// can read is rejected.
func LoadOrCreateCA(dir string) (*CA, error) {
	const patience = 25 // times 20 ms: another process may be creating it
	for try := 0; ; try++ {
		ca, err := loadCA(dir)
		var problem *CAError
		switch {
		case err == nil:
			return ca, nil
		case errors.Is(err, errNoCA):
			if err := writeCA(dir, publishOnce); err != nil {
				return nil, err
			}
		case try < patience && errors.As(err, &problem) && (problem.Problem == CAIncomplete || problem.Problem == CAMismatch):
			time.Sleep(20 * time.Millisecond)
		default:
			return nil, err
		}
	}
}

// RotateCA replaces the certificate authority of a state directory, whatever its
// state. Viewers must then trust the new one.
func RotateCA(dir string) (*CA, error) {
	if err := writeCA(dir, os.Rename); err != nil {
		return nil, err
	}
	return loadCA(dir)
}

// errNoCA means that the state directory has no CA.
var errNoCA = errors.New("there is no viewer CA yet")

// loadCA reads the two files and checks that they are usable.
func loadCA(dir string) (*CA, error) {
	certPath, keyPath := filepath.Join(dir, CertificateFile), filepath.Join(dir, KeyFile)
	certPEM, certErr := os.ReadFile(certPath)
	keyPEM, keyErr := os.ReadFile(keyPath)
	noCert, noKey := errors.Is(certErr, fs.ErrNotExist), errors.Is(keyErr, fs.ErrNotExist)
	switch {
	case noCert && noKey:
		return nil, errNoCA
	case certErr != nil && !noCert:
		return nil, &CAError{CAUnreadable, certPath, "give this user the right to read it; " + hintState, reason(certErr)}
	case keyErr != nil && !noKey:
		return nil, &CAError{CAUnreadable, keyPath, "give this user the right to read it; " + hintState, reason(keyErr)}
	case noCert:
		return nil, &CAError{CAIncomplete, certPath, hintRotate, nil}
	case noKey:
		return nil, &CAError{CAIncomplete, keyPath, hintRotate, nil}
	}
	if err := checkMode(keyPath); err != nil {
		return nil, err
	}
	cert, err := parseCertificate(certPEM)
	if err != nil {
		return nil, &CAError{CAInvalid, certPath, hintRotate, err}
	}
	key, err := parseKey(keyPEM)
	if err != nil {
		return nil, &CAError{CAInvalid, keyPath, hintRotate, err}
	}
	if public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(key.Public()) {
		return nil, &CAError{CAMismatch, keyPath, hintRotate, nil}
	}
	if end := cert.NotAfter; time.Now().After(end) {
		return nil, &CAError{CAExpired, certPath, hintRotate, fmt.Errorf("it was valid until %s", end.UTC().Format(time.DateOnly))}
	}
	return &CA{cert: &pki.Certificate{DER: cert.Raw, X509: cert, Key: key}, path: certPath}, nil
}

// checkMode refuses a key that others can read or write. Windows has no such modes.
func checkMode(keyPath string) error {
	info, err := os.Stat(keyPath)
	if err != nil {
		return &CAError{CAUnreadable, keyPath, hintState, reason(err)}
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		return &CAError{CAExposed, keyPath, fmt.Sprintf("chmod 600 %q, or if others have used the machine: %s", keyPath, hintRotate),
			fmt.Errorf("its mode is %#o", mode)}
	}
	return nil
}

func parseCertificate(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no PEM block of type CERTIFICATE")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	if !cert.IsCA {
		return nil, errors.New("the certificate is not a CA's")
	}
	return cert, nil
}

func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no PEM block of type PRIVATE KEY")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key cannot sign")
	}
	return signer, nil
}

// writeCA makes a new pair and publishes each file as a whole, the key first: whoever
// publishes the key wins if several processes make one at a time.
func writeCA(dir string, publish func(from, to string) error) error {
	ca, err := NewCA()
	if err != nil {
		return err
	}
	keyPEM, err := ca.cert.KeyPEM()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &CAError{CAUnwritable, dir, hintState, reason(err)}
	}
	key, err := writeTemp(dir, keyPEM)
	if err != nil {
		return &CAError{CAUnwritable, dir, hintState, reason(err)}
	}
	defer os.Remove(key)
	cert, err := writeTemp(dir, ca.PEM())
	if err != nil {
		return &CAError{CAUnwritable, dir, hintState, reason(err)}
	}
	defer os.Remove(cert)
	if err := publish(key, filepath.Join(dir, KeyFile)); errors.Is(err, fs.ErrExist) {
		return nil // another process was faster: its CA is used
	} else if err != nil {
		return &CAError{CAUnwritable, filepath.Join(dir, KeyFile), hintState, reason(err)}
	}
	if err := os.Rename(cert, filepath.Join(dir, CertificateFile)); err != nil {
		return &CAError{CAUnwritable, filepath.Join(dir, CertificateFile), hintState, reason(err)}
	}
	return nil
}

// publishOnce gives a file its name with a hard link, which fails if the name is taken. A
// file system without hard links gets a plain rename.
func publishOnce(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Rename(from, to)
}

// writeTemp writes a new file of mode 0600 and returns its path.
func writeTemp(dir string, content []byte) (string, error) {
	f, err := os.CreateTemp(dir, ".ca-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// reason returns an error without the path and the system call, which the message around it
// already has.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err
	}
	return err
}
