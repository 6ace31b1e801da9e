package recording

// GRPC is how a gRPC call ended, as the origin reported it.
type GRPC struct {
	// Status is the number in grpc-status, "0" for OK; "" if the field was missing.
	Status string `json:"status"`
	// Message is grpc-message as received, percent-encoded.
	Message string `json:"message,omitempty"`
}
