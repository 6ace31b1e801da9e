package check

import (
	"fmt"
	"io"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Unreadable is the report of a run that checked nothing, for the reason err: programs that
// read reports get one instead of an empty file.
func Unreadable(err error, at time.Time) *Report {
	return &Report{
		Schema: SchemaID, Error: err.Error(), At: at.UTC().Truncate(time.Second), Policy: policy.CurrentSnapshot().Name, Verdict: Undecided,
		Checks: []Check{}, NotSimulated: []NotSimulated{},
	}
}

// WriteUnreadable writes the annotation of a run that checked nothing. subject is the file
// that could not be read; "" if it is not a file.
func (r *Report) WriteUnreadable(w io.Writer, subject string) error {
	properties := "title=" + inProperty.Replace("edgesim check")
	if subject != "" {
		properties = "file=" + inProperty.Replace(artifact(subject)) + ",line=1," + properties
	}
	_, err := fmt.Fprintf(w, "::error %s::%s\n", properties, inMessage.Replace(r.Error))
	return err
}
