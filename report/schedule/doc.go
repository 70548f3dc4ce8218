// Package schedule says when audits run and keeps two runs of one scope apart.
//
// [Parse] reads a cron expression in a time zone; [Schedule.Next] is the next
// run and [Schedule.Missed] the one that should have been. [Acquire] takes the
// lock of a scope, which no crash leaves behind. [Systemd], [Cron] and
// [WindowsTask] write what the schedulers of the systems need to run an audit.
//
// The zone's rules come from the system or from package time/tzdata: a program
// for Windows, which has no zone files, imports the latter.
package schedule
