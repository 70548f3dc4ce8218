package collect

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"lcshealth/checks/facts"
)

// Source gathers the facts of one kind from one target.
type Source interface {
	Name() string   // directory, rtcdb, host or wire
	Target() string // what is asked: a domain controller, a database, a host
	// Collect returns what was observed. An error means that the source failed
	// altogether; what is missing otherwise is told through the session.
	Collect(ctx context.Context, s *Session) (Observation, error)
	// Unobserved is the observation of a source that failed: everything that
	// it could have told is unknown for the given reason.
	Unobserved(why facts.Unknown) Observation
}

// Observation is what a source observed, ready to be added to the deployment.
type Observation interface {
	AddTo(d *facts.Deployment)
}

// Session is a source's link to the run that it is part of. Its methods may be
// called from several goroutines.
type Session struct {
	now      func() time.Time
	progress func(what string, done int)
	source   string
	target   string

	mu       sync.Mutex
	partial  *facts.Unknown
	more     int
	warnings []string
	details  []string
}

// NewSession returns a session for the given source. The clock may be nil, as
// may progress.
func NewSession(source, target string, now func() time.Time, progress func(what string, done int)) *Session {
	if now == nil {
		now = time.Now
	}
	return &Session{now: now, progress: progress, source: source, target: target}
}

// Now is the time by our own clock, in UTC and whole seconds, as facts hold it.
func (s *Session) Now() time.Time { return s.now().UTC().Truncate(time.Second) }

// Origin is the origin of a fact observed now.
func (s *Session) Origin() facts.Origin {
	return facts.Origin{Source: s.source, Target: s.target, At: s.Now()}
}

// Progress tells a waiting person how far the source is: "accounts", 12000.
func (s *Session) Progress(what string, done int) {
	if s.progress != nil {
		s.progress(what, done)
	}
}

// Warn records something that did not stop the source but should be known,
// such as a connection without TLS.
func (s *Session) Warn(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warnings = append(s.warnings, fmt.Sprintf(format, args...))
}

// Detail records something about the target that a person may want to see, such
// as the structure of a database.
func (s *Session) Detail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.details = append(s.details, fmt.Sprintf(format, args...))
}

// Details returns what [Session.Detail] recorded.
func (s *Session) Details() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.details)
}

// Unknown turns an error into the reason why a fact was not observed.
func (s *Session) Unknown(err error) facts.Unknown {
	why := Reason(err)
	why.Source, why.Target = s.source, s.target
	return why
}

// Partly records that part of the source could not be read and returns the
// reason for the facts that it leaves unknown.
func (s *Session) Partly(err error) facts.Unknown {
	why := s.Unknown(err)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.partial == nil {
		s.partial = &why
	} else {
		s.more++
	}
	return why
}

// account closes the session's books.
func (s *Session) account(err error, took time.Duration) facts.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := facts.Source{
		Name: s.source, Target: s.target, Status: facts.OK,
		Warnings: slices.Clone(s.warnings), Details: slices.Clone(s.details), DurationMs: took.Milliseconds(),
	}
	switch {
	case err != nil:
		why := Reason(err)
		out.Status, out.Class, out.Message = facts.Failed, why.Class, why.Message
		if why.Class == facts.NotAsked {
			out.Status = facts.Skipped
		}
	case s.partial != nil:
		out.Status, out.Class, out.Message = facts.Partial, s.partial.Class, s.partial.Message
		if s.more > 0 {
			out.Message += fmt.Sprintf(" (and %d more)", s.more)
		}
	}
	return out
}
