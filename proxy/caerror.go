package proxy

import "fmt"

// CAProblem is the kind of problem with the CA's files.
type CAProblem int

// The problems of a CA.
const (
	CAUnreadable CAProblem = iota // a file or the directory cannot be read
	CAUnwritable                  // the directory cannot be written
	CAIncomplete                  // one of the two files is missing
	CAInvalid                     // a file has invalid contents
	CAMismatch                    // the key does not match the certificate
	CAExpired                     // the certificate is no longer valid
	CAExposed                     // others can read the key
)

// String returns a short description of the problem.
func (p CAProblem) String() string {
	switch p {
	case CAUnreadable:
		return "cannot be read"
	case CAUnwritable:
		return "cannot be written"
	case CAIncomplete:
		return "is missing, while the other file of the pair is there"
	case CAInvalid:
		return "is not what it should be"
	case CAMismatch:
		return "is not the key of the certificate"
	case CAExpired:
		return "has expired"
	case CAExposed:
		return "can be read by others"
	}
	return "is wrong"
}

// CAError reports why a state directory's viewer CA cannot be used or created.
type CAError struct {
	// Problem is the problem with the file or directory at Path.
	Problem CAProblem
	Path    string
	// Hint explains how to fix it.
	Hint string
	// Err is the underlying error, if there was one.
	Err error
}

// Error returns a one-line message without the hint.
func (e *CAError) Error() string {
	text := fmt.Sprintf("viewer CA: %q %v", e.Path, e.Problem)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the underlying error.
func (e *CAError) Unwrap() error { return e.Err }
