// Package rtcdb reads the users of one RTC database, the MSDE or SQL Server
// database in which Live Communications Server keeps who may sign in.
//
// No document gives the tables of LCS 2003 or 2005. What is known comes from
// later versions, so the structure is read from the catalogue of the database
// itself ([Discover]) and whatever is not found there stays unknown, with the
// reason. Only SELECT statements are sent.
//
// The server may be of any version since SQL Server 2000, whose older protocol
// package tds71 translates for the driver.
//
// [Discover], [Layout] and [Entry] do no I/O, so that rows which were read on
// the host itself, and arrive in a file, are understood in the same way.
package rtcdb
