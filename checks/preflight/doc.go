// Package preflight judges a plan before it is carried out: it applies the plan
// to the facts as if it were done, has the catalogue judge both, and tells line
// by line what the plan would bring about and cure. Beside the catalogue it
// looks for what only a plan can get wrong.
//
// A line is go only if everything that could speak against it was observed.
// What was not leaves it at cannot-tell, with the reason and what would settle
// it.
//
// Like the catalogue the package does no I/O: facts, files of certificates and
// the list of accounts are handed to it.
package preflight
