package catalog

import "lcshealth/checks"

// Version names this edition of the catalogue; reports carry it, so that two
// of them can be told to rest on the same rules.
const Version = "2026.2"

// All returns the causes, in the order in which the articles name them.
func All() []checks.Cause {
	return []checks.Cause{
		serverServiceStopped,
		noTLSListener,
		mtlsNotConfigured,
		rootCAInUserStore,
		userSIDInvalid,
		staleUserEntry,
		sipDomainNotListed,
		userNotEnabled,
		signinNameMismatch,
		userMissingFromDatabase,
		userEntryDamaged,
		directoryConnectorErrors,
		messengerOnServer,
		userBeingMoved,
		sqlServiceStopped,
		outboundCertificateMissing,
		staticRouteInvalid,
		pstnTrustOnClientServer,
		clockSkew,
		dnsRecordsWrong,
		certificateExpiring,
		certificateRenewedInPlace,
		clientAuthenticationMissing,
		certificateNameMismatch,
		caListTooLong,
	}
}
