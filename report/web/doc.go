// Package web is the page and the API of lcshealth serve: how each scope stands,
// what has changed since when, the runs with their reports, and a button that
// runs an audit. Pages are made on the server and need no script; the little
// there is shows a running audit's progress as it comes.
//
// Who may do what is package guard's to say: a viewer reads, an operator also
// runs audits, waives findings and tries channels out. The API below /api/v1 is
// described by openapi.yaml, which the server hands out as
// /api/v1/openapi.json. Its fields are only ever added.
//
// /healthz says that the process answers, and /readyz that the history can be
// reached and audits begin when they are due; both are open to everybody and
// say nothing else. /metrics, for Prometheus, names servers' scopes and causes,
// so that it needs an API token with the scope read, like the API.
package web
