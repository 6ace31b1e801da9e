package policy

import (
	"bytes"
	"errors"
	"fmt"
	"net/textproto"
	"strings"
)

// withoutQuotes returns the error of a head that cannot be parsed without the line that
// net/http quotes in it: that may be a Set-Cookie with a typo. The error gives the position
// instead.
func withoutQuotes(err error, head []byte) error {
	var quotes textproto.ProtocolError
	switch {
	case err != nil && !strings.HasPrefix(firstLine(head), "HTTP/"):
		return errors.New("it does not begin with a status line")
	case errors.As(err, &quotes):
		return errors.New(badFieldLine(head))
	}
	return err
}

// badFieldLine says which line of a response head is not a field, and why.
func badFieldLine(head []byte) string {
	_, rest, _ := bytes.Cut(head, []byte("\n"))
	for number := 1; len(rest) > 0; number++ {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if number == 1 {
				return "there is white space at the beginning of the first field line"
			}
			continue // folded, as was once allowed
		}
		name, value, found := strings.Cut(string(line), ":")
		switch {
		case !found:
			return fmt.Sprintf("field line %d, of %d bytes, has no colon", number, len(line))
		case name == "":
			return fmt.Sprintf("field line %d begins with a colon: it has no name", number)
		case !isFieldName(name):
			return fmt.Sprintf("the name of field line %d has a byte in it that no field name has", number)
		}
		for i := range len(value) {
			if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
				return fmt.Sprintf("the field %s has the control character 0x%02x in its value", name, c)
			}
		}
	}
	return "a field line is malformed"
}

// beginning is the first line of an answer for people or, if that is already a field, the
// field's name.
func beginning(answer []byte) string {
	line := firstLine(answer)
	if name, _, found := strings.Cut(line, ":"); found && isFieldName(name) {
		return name + ":"
	}
	return line
}
