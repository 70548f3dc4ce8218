// Package com is the way into the WMI of a Windows host through the COM of the
// Windows that lcshealth runs on: into that Windows itself, and over the network
// into another one with the account lcshealth runs as, or with a given one. It
// only reads.
//
// On other systems there is no COM, and [Dial] says so.
package com
