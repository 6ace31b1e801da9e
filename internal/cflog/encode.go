package cflog

import (
	"fmt"
	"strings"
)

// escaped are the printable characters that are escaped: those that RFC 1738 calls unsafe,
// and the apostrophe. The documentation only says that values are percent-encoded; which
// characters are is inferred from its samples. The percent sign is one of them, so that the
// viewer's escapes can be distinguished from the log's.
const escaped = "<>\"#%{}|\\^~[]`'"

// encode percent-encodes a value (CF-LOG-04), so that nothing in it can end a field or a
// line.
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
