// Package redact replaces the names in facts by pseudonyms: user names, SIP
// addresses, security identifiers, GUIDs, distinguished names, names of hosts
// and domains, IP addresses, and what certificates say of them.
//
// A pseudonym is made with a key (HMAC-SHA-256), so that a name has the same
// one wherever it stands, and in every run with that key; without the key
// nobody can find out which name it stands for. No table that leads back is
// kept.
//
// The facts keep their structure: what was equal, malformed, part of a domain,
// covered by a wildcard, issued to a host or signed by an authority is so
// afterwards, so that the causes of the catalogue find the same. What is said
// in prose is searched for names and for all that looks like one; there too
// much is replaced rather than too little.
//
// Every text and octet string of the facts has a [policy]; one without is an
// error of the program that a test finds.
package redact
