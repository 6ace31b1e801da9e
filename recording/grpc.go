package recording

// GRPC is how a gRPC call ended, as the origin said it.
type GRPC struct {
	// Status is the number in grpc-status, "0" for OK; "" if there was none.
	Status string `json:"status"`
	// Message is grpc-message as it came, percent-encoded.
	Message string `json:"message,omitempty"`
}
