// Package host learns what a Windows host says of itself: its services,
// processes, ports, certificate stores and event log, and the settings that
// Live Communications Server keeps in WMI.
//
// Live Communications Server runs on Windows Server 2003, on which lcshealth
// cannot run. So a small script makes a file on the host, and [New] is the
// source that reads it. FORMAT.md describes that file; [Writer] writes one.
//
// [Decoder] alone knows how rows, as WMI and the file give them, become facts.
// Any other way into a host hands its rows to a Decoder too.
package host
