package lab

// Faults returns every origin of the lab: the healthy ones, then the broken ones by the
// stage of an exchange at which they fail. With a fixed [Config.Port] the order decides the
// ports, so a fault added in the middle moves the ports of those after it.
func Faults() []Fault {
	return []Fault{
		// The healthy ones.
		healthyECDSA(),
		healthyRSA(),
		healthyDeep(),
		healthyWildcard(),
		healthyCNOnly(),
		healthyHTTP(),
		// CF-DNS and CF-CONN: the way to the origin.
		dnsFailure(),
		connectRefused(),
		connectTimeout(),
		connectReset(),
		// CF-TLS and CF-MTLS: the handshake.
		notTLS(),
		onlyOldTLS(),
		onlyNewTLS(),
		noSharedCipher(),
		noSharedCurve(),
		handshakeAlert(),
		sniRefused(),
		handshakeHangUp(),
		handshakeSilent(),
		clientCertificateTLS12(),
		clientCertificateTLS13(),
		// CF-CERT and CF-NAME: the certificates.
		expired(),
		expiredIntermediate(),
		notYetValid(),
		selfSigned(),
		untrustedRoot(),
		incompleteChain(),
		wrongOrder(),
		badSignature(),
		wrongPurpose(),
		unparsable(),
		p521Key(),
		rsaOversized(),
		wrongName(),
		// CF-TIME, CF-RESP and CF-ERR: the response.
		slowFirstByte(),
		slowPOST(),
		tricklingHead(),
		malformedStatusLine(),
		malformedHeader(),
		headersTooBig(),
		hangUp(),
		resetBeforeResponse(),
		bodyCutShort(),
		chunksCutShort(),
		stalledBody(),
		own503(),
	}
}
