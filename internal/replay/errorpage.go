package replay

import (
	"bytes"
	"net/http"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// replaced returns the origin's answer that a custom error page replaced. Its body is not
// recorded, as the page replaces it again. If the settings no longer have such a page, the
// body ends with a cause that says so.
func replaced(e *recording.Exchange) (*originconn.Response, error) {
	r, err := parse(e.ErrorPage.Replaced, e.Sent.Method)
	if err != nil {
		return nil, err
	}
	body := &playedBody{Reader: bytes.NewReader(nil)}
	if e.Sent.Method != http.MethodHead && r.ContentLength != 0 {
		body.late = &policy.Cause{
			Name: recording.CauseReplayNoMatch, Rule: recording.RuleReplay, Stage: policy.StageBody, Status: http.StatusNotImplemented, Sentence: noMatchText,
			ResultType: "Error", DetailedResultType: "Error",
			Detail: "the body of this answer is not in exchange " + e.ID + ", as a custom error page replaced it",
			Hint:   "record this request without the custom error page",
		}
	}
	r.Body = body
	return r, nil
}

// pageAttempts returns the attempts to get the custom error page: those of the last request
// of the exchange.
func pageAttempts(e *recording.Exchange) []*originconn.Attempt {
	for i := len(e.Attempts) - 1; i >= 0; i-- {
		switch a := e.Attempts[i]; {
		case a == nil || a.Target != e.ErrorPage.Sent.Host:
			return nil
		case a.Number == 1:
			return e.Attempts[i:]
		}
	}
	return nil
}

// pageFailure returns why the custom error page could not be fetched; nil if it was.
func pageFailure(e *recording.Exchange) *policy.Cause {
	if at := pageAttempts(e); len(at) > 0 {
		return at[len(at)-1].Cause
	}
	return nil
}

// pageUnfit explains why an exchange cannot answer the request for its custom error page,
// given what keeps it from answering for the origin; "" if it can.
func pageUnfit(e *recording.Exchange, origin string) string {
	const which = "the exchange in which it is a custom error page, "
	switch {
	case e.Replayed == "" && (e.Forced != "" || ended(e.Cause, policy.CauseViewerAborted, policy.CauseEdgeExhausted, policy.CauseEdgeShutdown)):
		return origin
	case pageFailure(e) != nil:
		return ""
	case e.Response.OriginHead == "":
		return which + e.ID + ", has no response of the origin"
	}
	return incomplete(e)
}
