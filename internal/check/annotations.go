package check

import (
	"fmt"
	"io"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// WriteAnnotations writes the failures and warnings as GitHub Actions workflow commands,
// which shows them next to the change.
func (r *Report) WriteAnnotations(w io.Writer) error {
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Verdict == Undecided {
			if err := annotate(w, "notice", c, "not decided", c.Why); err != nil {
				return err
			}
			continue
		}
		for _, j := range c.Rules {
			command := map[policy.Verdict]string{policy.Fail: "error", policy.Warn: "warning"}[j.Verdict]
			if command == "" {
				continue
			}
			name := string(j.Rule)
			if j.Cause != "" {
				name += " " + string(j.Cause)
			}
			if err := annotate(w, command, c, name, findingText(c, j)); err != nil {
				return err
			}
		}
	}
	return nil
}

// The characters that end a value of a workflow command.
var (
	inMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func annotate(w io.Writer, command string, c *Check, name, message string) error {
	properties := "title=" + inProperty.Replace("edgesim: "+name)
	if c.Subject != "-" && !strings.Contains(c.Subject, "://") {
		properties = "file=" + inProperty.Replace(artifact(c.Subject)) + ",line=1," + properties
	}
	_, err := fmt.Fprintf(w, "::%s %s::%s\n", command, properties, inMessage.Replace(message))
	return err
}
