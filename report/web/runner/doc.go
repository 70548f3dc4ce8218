// Package runner runs audits in a server: by the clock, and when somebody asks
// for one. It never runs two of one scope at once, makes up once for an audit
// that was missed while the server was down, and lets an audit that is under
// way finish when the server stops. How an audit gets on can be watched.
//
// Beside that it does what has to be done now and then: deliver messages that
// wait, tell when audits are missing, and remove what is too old.
package runner
