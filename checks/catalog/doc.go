// Package catalog holds the causes that lcshealth knows, one to a file. Each is
// data plus one pure function of facts; the package imports the facts and the
// types of package checks and nothing that can do I/O, which a test keeps so.
//
// [All] lists the causes in the order in which the articles name them.
package catalog
