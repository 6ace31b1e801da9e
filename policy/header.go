package policy

// Field is one header field as it goes over the wire: order and letter case
// are kept.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
