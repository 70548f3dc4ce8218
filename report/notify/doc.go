// Package notify decides who is told what of an audit, and when, and sees to it
// that it arrives.
//
// [Plan] is pure: from what a run found, what has changed since the run before,
// and what each channel was told so far, it makes the messages of each channel.
// The messages and what they tell are stored together with the run (package
// history), so that a crash neither loses a message nor repeats one. [Deliver]
// takes what is due from that outbox and hands it to the channels, again and
// again until each message has arrived or is too old to matter.
//
// Only changes are told, unless a channel asks for more: what is new, what has
// changed, what cannot be seen any more, what is resolved. What cannot be seen
// is never called resolved.
//
// The channels are in the packages mail and webhook below, and what a message
// looks like there is in package render.
package notify
