package cflog

import (
	"fmt"
	"strings"
)

// escaped are the printable characters that are escaped: those that RFC 1738
// calls unsafe, and the apostrophe. The documentation says only that values are
// percent-encoded; which characters are is inferred from its samples. The
// percent sign is one of them, so that what was escaped by the viewer can be
// told from what is escaped here.
const escaped = "<>\"#%{}|\\^~[]`'"

// encode percent-encodes a value (CF-LOG-04). Nothing in it can end a field or
// a line afterwards.
func encode(value string) string {
	var b strings.Builder
	for i := range len(value) {
		c := value[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(escaped, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
