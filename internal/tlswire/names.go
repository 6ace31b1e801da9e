package tlswire

import "fmt"

var versionNames = map[uint16]string{
	0x0002:       "SSLv2",
	0x0300:       "SSLv3",
	versionTLS10: "TLSv1",
	0x0302:       "TLSv1.1",
	versionTLS12: "TLSv1.2",
	versionTLS13: "TLSv1.3",
}

// VersionName returns the name of a protocol version in the spelling of
// OriginSslProtocols ("TLSv1.2"), or its number ("0x0305").
func VersionName(version uint16) string {
	return nameOr(versionNames, version)
}

// groupNames follows the IANA registry "TLS Supported Groups". The NIST curves are spelled
// as on CloudFront's pages, if listed there.
var groupNames = map[uint16]string{
	1: "sect163k1", 3: "sect163r2", 6: "sect233k1", 7: "sect233r1",
	9: "sect283k1", 10: "sect283r1", 11: "sect409k1", 12: "sect409r1",
	13: "sect571k1", 14: "sect571r1",
	18: "secp192k1", 19: "secp192r1", 20: "secp224k1", 21: "secp224r1", 22: "secp256k1",
	23: "prime256v1", 24: "secp384r1", 25: "secp521r1",
	26: "brainpoolP256r1", 27: "brainpoolP384r1", 28: "brainpoolP512r1",
	29: "X25519", 30: "X448",
	31: "brainpoolP256r1tls13", 32: "brainpoolP384r1tls13", 33: "brainpoolP512r1tls13",
	256: "ffdhe2048", 257: "ffdhe3072", 258: "ffdhe4096", 259: "ffdhe6144", 260: "ffdhe8192",
	512: "MLKEM512", 513: "MLKEM768", 514: "MLKEM1024",
	4587: "SecP256r1MLKEM768", 4588: "X25519MLKEM768", 4589: "SecP384r1MLKEM1024",
	25497: "X25519Kyber768Draft00",
}

// GroupName returns the name of a key-exchange group ("X25519"), or its
// number ("0x00ff").
func GroupName(group uint16) string {
	return nameOr(groupNames, group)
}

// SuiteName returns the IANA name of a cipher suite
// ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), or its number ("0x1305").
func SuiteName(suite uint16) string {
	return nameOr(suiteNames, suite)
}

// alertNames follows the IANA registry "TLS Alerts"; the names are those of
// RFC 8446 section 6 and, for the older ones, of RFC 5246 and RFC 6101.
var alertNames = map[uint8]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	41:  "no_certificate",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	60:  "export_restriction",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	111: "certificate_unobtainable",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	114: "bad_certificate_hash_value",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
	121: "ech_required",
}

// signatureNames follows the IANA registry "TLS SignatureScheme"; the TLS 1.2 pairs without
// a name there are named after hash and key.
var signatureNames = map[uint16]string{
	0x0101: "rsa_pkcs1_md5", 0x0103: "ecdsa_md5",
	0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1",
	0x0301: "rsa_pkcs1_sha224", 0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224",
	0x0401: "rsa_pkcs1_sha256", 0x0402: "dsa_sha256", 0x0403: "ecdsa_secp256r1_sha256",
	0x0501: "rsa_pkcs1_sha384", 0x0502: "dsa_sha384", 0x0503: "ecdsa_secp384r1_sha384",
	0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512", 0x0603: "ecdsa_secp521r1_sha512",
	0x0708: "sm2sig_sm3",
	0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512",
	0x0807: "ed25519", 0x0808: "ed448",
	0x0809: "rsa_pss_pss_sha256", 0x080a: "rsa_pss_pss_sha384", 0x080b: "rsa_pss_pss_sha512",
	0x081a: "ecdsa_brainpoolP256r1tls13_sha256", 0x081b: "ecdsa_brainpoolP384r1tls13_sha384",
	0x081c: "ecdsa_brainpoolP512r1tls13_sha512",
}

// SignatureName returns the name of a signature scheme ("rsa_pss_rsae_sha256"),
// or its number.
func SignatureName(scheme uint16) string {
	return nameOr(signatureNames, scheme)
}

// AlertName returns the RFC name of an alert description
// ("handshake_failure"), or "unknown".
func AlertName(description uint8) string {
	if name, ok := alertNames[description]; ok {
		return name
	}
	return "unknown"
}

func nameOr(names map[uint16]string, number uint16) string {
	if name, ok := names[number]; ok {
		return name
	}
	return fmt.Sprintf("0x%04x", number)
}
