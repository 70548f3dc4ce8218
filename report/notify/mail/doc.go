// Package mail sends notifications by SMTP (RFC 5321).
package mail
