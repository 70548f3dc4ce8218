package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	"lcshealth/checks"
	"lcshealth/checks/collect/clientlog"
	"lcshealth/checks/facts"
	"lcshealth/checks/sip/signin"
	"lcshealth/report/diagnosis"
)

// readLog is what logs told.
type readLog struct {
	result *signin.Result
	files  []string
	damage clientlog.Damage
}

// read reads the logs, at once and from beginning to end.
func (o *diagnoseOptions) read(ctx context.Context, a *app) (*readLog, error) {
	for _, name := range o.logs {
		if err := readable(name); err != nil {
			return nil, err
		}
	}
	p := newProgress(a)
	defer p.stop()
	var l readLog
	var tracker signin.Tracker
	n := 0
	// Next to nothing of a log is kept, so that garbage is all there is to hold.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	for record, err := range clientlog.Files(ctx, o.logs, a.stdin, &l.damage) {
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case err != nil:
			return nil, usagef("--log: %w", err)
		}
		if record.File != "" && (len(l.files) == 0 || l.files[len(l.files)-1] != record.File) && !slices.Contains(l.files, record.File) {
			l.files = append(l.files, record.File)
		}
		tracker.Add(record)
		if n++; n%1000 == 0 {
			p.step("log", record.File, "records", n)
		}
	}
	l.result = tracker.Result()
	if l.result.Messages == 0 && len(l.result.Faults) == 0 {
		return nil, usagef("%s: no SIP message is in it; is it a log of a client?\nlcshealth diagnose --how-to-trace tells how to get one", strings.Join(o.logs, ", "))
	}
	return &l, nil
}

// readable refuses what is no log before it is read.
func readable(name string) error {
	if name == clientlog.Stdin {
		return nil
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return usagef("--log %s: there is no such file or folder", name)
	case err != nil:
		return usagef("--log: %w", err)
	case info.Mode().IsRegular() && info.Size() == 0:
		return usagef("--log %s: the file is empty; the client writes it when tracing is on, and begins it anew at each start", name)
	}
	return nil
}

// users are those whose sign-ins are in the log, each once.
func (l *readLog) users() (out []string) {
	for _, attempt := range l.result.Attempts {
		if attempt.User != "" && !slices.ContainsFunc(out, func(u string) bool { return strings.EqualFold(u, attempt.User) }) {
			out = append(out, attempt.User)
		}
	}
	return out
}

// holds refuses a user who is not in a log that has others, and offers those
// who are like him.
func (l *readLog) holds(user string) error {
	all := l.users()
	asked := facts.NormalizeAddress(user)
	if asked == "" || len(all) == 0 || slices.ContainsFunc(all, func(u string) bool { return facts.NormalizeAddress(u) == asked }) {
		return nil
	}
	err := fmt.Errorf("--user %s: no sign-in of this user is in the log", user)
	if near := checks.Near(user, all); len(near) > 0 {
		return usagef("%w; was one of these meant? %s", err, strings.Join(near, ", "))
	}
	if len(all) > 5 {
		all = append(all[:5], fmt.Sprintf("and %d more", len(all)-5))
	}
	return usagef("%w; those in it are of %s", err, strings.Join(all, ", "))
}

// question makes the question of what was read, with pseudonyms if there is a
// redactor.
func (l *readLog) question(r *redactor) diagnosis.Question {
	q := diagnosis.Question{Log: l.result, Files: slices.Clone(l.files)}
	for _, k := range l.damage.Kinds {
		q.Damage = append(q.Damage, diagnosis.Damage{Kind: k.Kind, Count: k.Count, File: k.First[0].File, Line: k.First[0].Line})
	}
	if r == nil {
		return q
	}
	numbered := diagnosis.Numbered()
	for i, name := range q.Files {
		q.Files[i] = numbered(name)
	}
	for i := range q.Damage {
		q.Damage[i].File = numbered(q.Damage[i].File)
	}
	q.Log = diagnosis.Redact(l.result, r, numbered)
	return q
}
