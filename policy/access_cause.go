package policy

// The sentences for refused viewers. Those of signed access are the messages of XML
// documents (CF-SIGN-56 to CF-SIGN-60).
const (
	sentenceMissingKey      = "Missing Key-Pair-Id query parameter or cookie value"
	sentenceUnknownKey      = "Unknown Key"
	sentenceSignature       = "Could not unencode Signature"
	sentenceMalformedPolicy = "Malformed Policy"
	sentenceAccessDenied    = "Access denied"
	sentenceCountry         = "The Amazon CloudFront distribution is configured to block access from your country."
	sentenceMisdirected     = "The distribution does not match the certificate for which the HTTPS connection was established with."
)

// accessCauses are the rows of the table of causes for refused viewers.
var accessCauses = []CauseSpec{
	{CauseViewerMissingKey, "CF-SIGN-56", StageViewer, 403, sentenceMissingKey, "Error", false},
	{CauseViewerUnknownKey, "CF-SIGN-57", StageViewer, 403, sentenceUnknownKey, "Error", false},
	{CauseViewerMalformedSignature, "CF-SIGN-58", StageViewer, 403, sentenceSignature, "Error", false},
	{CauseViewerMalformedPolicy, "CF-SIGN-59", StageViewer, 403, sentenceMalformedPolicy, "Error", false},
	{CauseViewerSignatureMismatch, "CF-SIGN-60", StageViewer, 403, sentenceAccessDenied, "Error", false},
	{CauseViewerSignatureExpired, "CF-SIGN-40", StageViewer, 403, sentenceAccessDenied, "Error", false},
	{CauseViewerSignatureEarly, "CF-SIGN-35", StageViewer, 403, sentenceAccessDenied, "Error", false},
	{CauseViewerSignatureResource, "CF-SIGN-29", StageViewer, 403, sentenceAccessDenied, "Error", false},
	{CauseViewerSignatureAddress, "CF-SIGN-36", StageViewer, 403, sentenceAccessDenied, "Error", false},
	{CauseViewerCountryBlocked, "CF-ERR-21", StageViewer, 403, sentenceCountry, "ClientGeoBlocked", false},
	{CauseViewerMisdirected, "CF-ERR-23", StageViewer, 421, sentenceMisdirected, "InvalidRequestCertificate", false},
}

// accessCodes are the codes of the XML documents of signed access.
var accessCodes = map[CauseName]string{
	CauseViewerMissingKey:         "MissingKey",
	CauseViewerUnknownKey:         "InvalidKey",
	CauseViewerMalformedSignature: "MalformedSignature",
	CauseViewerMalformedPolicy:    "MalformedPolicy",
	CauseViewerSignatureMismatch:  "AccessDenied",
	CauseViewerSignatureExpired:   "AccessDenied",
	CauseViewerSignatureEarly:     "AccessDenied",
	CauseViewerSignatureResource:  "AccessDenied",
	CauseViewerSignatureAddress:   "AccessDenied",
}

// CausePage returns the page of a cause for the request with this id, and its
// content type: the HTML of [ErrorPage], or an XML document if the viewer was
// refused for lack of a valid signature (CF-SIGN-61, CF-SIGN-62).
func CausePage(c *Cause, id string) (contentType, body string) {
	if code := accessCodes[c.Name]; code != "" {
		return "text/xml", `<?xml version="1.0" encoding="UTF-8"?><Error><Code>` + code + `</Code><Message>` + c.Sentence + `</Message></Error>`
	}
	return "text/html", ErrorPage(c.Status, c.Sentence, id)
}
