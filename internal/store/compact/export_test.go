package compact

// Remembered is how many bytes of parts are remembered.
func (c *Encoder) Remembered() int {
	n := 0
	for _, parts := range []map[string]part{c.parts, c.older} {
		for part := range parts {
			n += len(part)
		}
	}
	return n
}
