package history

import (
	"context"
	"database/sql"
	"time"

	"lcshealth/checks"
)

// Known tells what the history holds of findings of a scope: of those with the
// given ids or, if ids is nil, of all that were ever present or told of. Ids of
// which it holds nothing are missing. Changes go back to since; all of them if
// it is zero.
func (s *Store) Known(ctx context.Context, scope string, ids []string, since time.Time) (map[string]Known, error) {
	out, err := s.known(ctx, key(scope), ids, since)
	return out, s.failed("read what is known of "+scope, err)
}

func (s *Store) known(ctx context.Context, scope string, ids []string, since time.Time) (map[string]Known, error) {
	since = fromMicros(micros(since)) // as exact as what is stored
	k := knowing{store: s, problems: map[string]*problem{}}
	err := s.row(ctx, "SELECT id FROM scopes WHERE name = ?", scope).Scan(&k.scope)
	if err == sql.ErrNoRows { //nolint:errorlint // Scan returns it as it is
		return map[string]Known{}, nil
	}
	if err != nil {
		return nil, err
	}
	if ids == nil {
		if ids, err = k.everything(ctx); err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		name := problemOf(id)
		if k.problems[name] == nil {
			k.problems[name] = &problem{since: since}
			names = append(names, name)
		}
	}
	for len(names) > 0 {
		n := min(len(names), most)
		if err := k.read(ctx, names[:n]); err != nil {
			return nil, err
		}
		names = names[n:]
	}
	out := make(map[string]Known, len(ids))
	for _, id := range ids {
		if p := k.problems[problemOf(id)]; p.seen {
			out[id] = p.of(key(id))
		}
	}
	return out, nil
}

// knowing is what has been read so far.
type knowing struct {
	store    *Store
	scope    int64
	problems map[string]*problem
}

// everything lists the ids of all findings that were ever present or told of.
func (k *knowing) everything(ctx context.Context) ([]string, error) {
	ids := []string{}
	const query = "SELECT DISTINCT finding FROM spans WHERE scope = ? AND verdict = 'present' UNION SELECT finding FROM told WHERE scope = ?"
	err := k.store.each(ctx, query, []any{k.scope, k.scope}, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

func (k *knowing) read(ctx context.Context, names []string) error {
	args := []any{k.scope}
	for _, name := range names {
		args = append(args, name)
	}
	in := " WHERE scope = ? AND problem IN (" + list(len(names)) + ")"
	err := k.store.each(ctx, "SELECT problem, verdict, fingerprint, first_at, last_at FROM spans"+in+" ORDER BY problem, first_seq, id", args, func(rows *sql.Rows) error {
		var name, verdict, fingerprint string
		var first, last int64
		if err := rows.Scan(&name, &verdict, &fingerprint, &first, &last); err != nil {
			return err
		}
		k.problems[name].span(checks.Verdict(verdict), fingerprint, fromMicros(first), fromMicros(last))
		return nil
	})
	if err != nil {
		return err
	}
	return k.store.each(ctx, "SELECT problem, finding, channel, at, kind, digest FROM told"+in+" ORDER BY at", args, func(rows *sql.Rows) error {
		var name, finding, channel string
		var at int64
		var told Told
		if err := rows.Scan(&name, &finding, &channel, &at, &told.Kind, &told.Digest); err != nil {
			return err
		}
		told.At = fromMicros(at)
		k.problems[name].tell(finding, channel, told)
		return nil
	})
}

// problem gathers what is known of a finding, whatever its severity.
type problem struct {
	since   time.Time // changes before are not asked for
	seen    bool
	known   Known
	decided checks.Verdict // the last verdict that is not undetermined
	from    time.Time      // since when that
	told    map[string]map[string]Told
}

// span adds the next span.
func (p *problem) span(verdict checks.Verdict, fingerprint string, first, last time.Time) {
	p.seen = true
	if fingerprint != "" {
		p.known.Fingerprint = fingerprint
	}
	if verdict == checks.Undetermined {
		if p.known.Verdict != verdict {
			p.known.Verdict, p.known.Since = verdict, first
		}
		return
	}
	if was, is := p.decided == checks.Present, verdict == checks.Present; was != is && !first.Before(p.since) {
		p.known.Changes = append(p.known.Changes, first)
	}
	if verdict != p.decided {
		p.decided, p.from = verdict, first
	}
	p.known.Verdict, p.known.Since = verdict, p.from
	if verdict == checks.Present {
		if p.known.FirstSeen.IsZero() {
			p.known.FirstSeen = first
		}
		if last.After(p.known.LastSeen) {
			p.known.LastSeen = last
		}
	}
}

// tell adds what a channel was told; later ones come later.
func (p *problem) tell(finding, channel string, told Told) {
	p.seen = true
	if p.told == nil {
		p.told = map[string]map[string]Told{}
	}
	if p.told[finding] == nil {
		p.told[finding] = map[string]Told{}
	}
	p.told[finding][channel] = told
	if p.known.Told == nil {
		p.known.Told = map[string]Told{}
	}
	p.known.Told[channel] = told
}

// of returns what is known of the finding with an id. What was told of the id
// itself goes before what was told of it with another severity.
func (p *problem) of(id string) Known {
	known := p.known
	known.Told = make(map[string]Told, len(p.known.Told))
	for channel, told := range p.known.Told {
		known.Told[channel] = told
	}
	for channel, told := range p.told[id] {
		known.Told[channel] = told
	}
	return known
}
