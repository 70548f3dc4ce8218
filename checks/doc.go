// Package checks says what a cause, a verdict and a finding are, and judges a
// deployment's facts by a catalogue of causes.
//
// A [Cause] is data plus one pure function of facts: no I/O, no clock, no
// logger. [Judge] applies causes to a [facts.Deployment] and its stream of
// users and returns findings in a stable order, so that the same facts always
// give the same findings.
package checks
