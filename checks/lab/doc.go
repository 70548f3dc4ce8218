// Package lab is a small Live Communications Server forest in one process: two
// Active Directory domains, two home servers with their RTC databases, a front
// end and a proxy, served on loopback over the ordinary protocols, with host
// files and a configuration for an ordinary check.
//
// [Start] builds it healthy and plants the faults that are asked for by name
// ([Faults]). A fault changes the plain data of the forest before any of it is
// served, and plants just the cause that it is named after: what else a check
// finds in such a lab follows from that cause.
//
// [Lab.CarryOut] does what a plan for preflight says, to a copy of the forest
// that then is served instead.
package lab
