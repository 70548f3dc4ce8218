// Package webhook posts notifications to a web address: as JSON of lcshealth's
// own, signed, or in the shapes that Slack and Teams take.
package webhook
