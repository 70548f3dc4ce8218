// Package collect runs the sources of facts side by side and puts what they
// observed together into one [facts.Deployment] and one sorted stream of users.
//
// A source that is dead, slow, lying or broken costs its own deadline and
// becomes a reason; it never stops the others and never turns an unobserved
// fact into an observed one. The sources themselves are the packages below
// this one.
package collect
