package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// checkEndpoint says what is wrong with the URL of an Invoke API.
func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("endpoint %q is not an address such as http://127.0.0.1:3001", endpoint)
	}
	return nil
}

// client calls Invoke APIs. It does not connect to origins: it calls a stand-in for the
// Lambda service.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: mostProcesses}}

// call runs the function through the Invoke API.
func (f *Function) call(ctx context.Context, event []byte) (Result, error) {
	address := strings.TrimSuffix(f.config.Endpoint, "/") + "/2015-03-31/functions/" + url.PathEscape(f.config.Name) + "/invocations"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(event))
	if err != nil {
		return Result{}, &Error{Message: err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		return Result{}, &Error{Type: "Invoke", Message: err.Error()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	switch {
	case err != nil:
		return Result{}, &Error{Type: "Invoke", Message: err.Error()}
	case len(body) > mostAnswer:
		return Result{}, &Error{Type: "Invoke", Message: "the answer is too large"}
	case response.StatusCode == http.StatusTooManyRequests:
		return Result{}, &Error{Type: "TooManyRequestsException", Message: "the endpoint has no room for the run", Throttled: true}
	case response.StatusCode != http.StatusOK:
		return Result{}, &Error{Type: "Invoke", Message: fmt.Sprintf("%s answered %s", address, response.Status)}
	case response.Header.Get("X-Amz-Function-Error") != "":
		var failed struct{ ErrorType, ErrorMessage string }
		json.Unmarshal(body, &failed)
		return Result{}, &Error{Type: failed.ErrorType, Message: failed.ErrorMessage}
	}
	return Result{Answer: body}, nil
}
