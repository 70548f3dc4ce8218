// Package render writes a notification as each kind of channel wants it: plain
// text and HTML for mail, JSON for any receiver, and the shapes of Slack and
// Teams. All of them tell the same, as far as their limits allow, and say what
// they leave out.
//
// Names in a notification come from directories, databases and hosts. None of
// them can end a line, become markup, or call anybody.
package render
