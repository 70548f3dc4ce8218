package history

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

const messageColumns = "id, scope, run, channel, payload, created, not_before, attempts, last_error, state, claim"

func scanMessage(rows *sql.Rows) (m Message, err error) {
	var created, notBefore int64
	err = rows.Scan(&m.ID, &m.Scope, &m.RunID, &m.Channel, &m.Payload, &created, &notBefore, &m.Attempts, &m.LastError, &m.State, &m.Claim)
	m.CreatedAt, m.NotBefore = fromMicros(created), fromMicros(notBefore)
	return m, err
}

// queue stores messages, filling in what they share.
func queue(ctx context.Context, tx *tx, scope, run string, messages []Message, now time.Time) error {
	for _, m := range messages {
		created := m.CreatedAt
		if created.IsZero() {
			created = now
		}
		payload := m.Payload
		if payload == nil {
			payload = []byte{}
		}
		err := tx.exec(ctx, "INSERT INTO outbox (scope, run, channel, payload, created, not_before, attempts, last_error, state, settled, claim, claimed_until)"+
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', 0)",
			key(cmp.Or(m.Scope, scope)), clean(cmp.Or(m.RunID, run)), key(m.Channel), payload, micros(created), micros(m.NotBefore),
			m.Attempts, clean(m.LastError), string(Pending))
		if err != nil {
			return fmt.Errorf("queue a message to %s: %w", m.Channel, err)
		}
	}
	return nil
}

func storeTold(ctx context.Context, tx *tx, scope int64, told map[string]map[string]Told) error {
	for channel, findings := range told {
		for finding, t := range findings {
			err := tx.exec(ctx, "INSERT INTO told (scope, channel, finding, problem, at, kind, digest) VALUES (?, ?, ?, ?, ?, ?, ?)"+
				" ON CONFLICT (scope, channel, finding) DO UPDATE SET at = excluded.at, kind = excluded.kind, digest = excluded.digest",
				scope, key(channel), key(finding), problemOf(finding), micros(t.At), clean(t.Kind), clean(t.Digest))
			if err != nil {
				return fmt.Errorf("note what %s is told: %w", channel, err)
			}
		}
	}
	return nil
}

// Queue stores messages that no run gives rise to, such as a test or a warning
// that audits are overdue, and what channels are told by them, in one
// transaction.
func (s *Store) Queue(ctx context.Context, scope string, messages []Message, told map[string]map[string]Told) error {
	return s.failed("queue messages", s.write(ctx, func(tx *tx) error {
		now := s.now()
		id, err := scopeOf(ctx, tx, scope, now)
		if err != nil {
			return err
		}
		if err := queue(ctx, tx, scope, "", messages, now); err != nil {
			return err
		}
		return storeTold(ctx, tx, id, told)
	}))
}

// Due hands out messages whose time has come, oldest first, at most limit of
// them; 0 is no limit. For the length of the lease nobody else gets them. If
// this process dies they are handed out again after it, so a message may reach
// its channel twice, but never not at all.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]Message, error) {
	claim := rand.Text()
	var out []Message
	err := s.write(ctx, func(tx *tx) error {
		due := "SELECT id FROM outbox WHERE state = 'pending' AND not_before <= ? AND claimed_until <= ? ORDER BY id"
		args := []any{claim, micros(now.Add(s.lease)), micros(now), micros(now)}
		if limit > 0 {
			due, args = due+" LIMIT ?", append(args, limit)
		}
		query := "UPDATE outbox SET claim = ?, claimed_until = ? WHERE id IN (" + due + s.dialect.skipHeld + ") RETURNING " + messageColumns
		return each(ctx, tx.Tx, s.dialect, query, args, func(rows *sql.Rows) error {
			m, err := scanMessage(rows)
			out = append(out, m)
			return err
		})
	})
	if err != nil {
		return nil, s.failed("look for messages that are due", err)
	}
	slices.SortFunc(out, func(a, b Message) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

// Sent notes that a message has reached its channel. That is so even if the
// lease has run out in the meantime.
func (s *Store) Sent(ctx context.Context, m Message) error {
	return s.settle(ctx, "note that a message was sent", "UPDATE outbox SET state = ?, attempts = attempts + 1, last_error = '', settled = ?, claim = '', claimed_until = 0"+
		" WHERE id = ? AND state <> 'sent'", string(Sent), micros(s.now()), m.ID)
}

// Retry notes a failed attempt, and when to make the next. The error is
// [ErrLost] if the lease ran out and another process has the message now.
func (s *Store) Retry(ctx context.Context, m Message, notBefore time.Time, reason string) error {
	return s.settle(ctx, "put a message back", "UPDATE outbox SET attempts = attempts + 1, last_error = ?, not_before = ?, claim = '', claimed_until = 0"+
		" WHERE id = ? AND state = 'pending' AND claim = ?", clean(reason), micros(notBefore), m.ID, m.Claim)
}

// GiveUp notes a failed attempt that was the last. The error is [ErrLost] as
// for [Store.Retry].
func (s *Store) GiveUp(ctx context.Context, m Message, reason string) error {
	return s.settle(ctx, "give a message up", "UPDATE outbox SET state = ?, attempts = attempts + 1, last_error = ?, settled = ?, claim = '', claimed_until = 0"+
		" WHERE id = ? AND state = 'pending' AND claim = ?", string(GivenUp), clean(reason), micros(s.now()), m.ID, m.Claim)
}

func (s *Store) settle(ctx context.Context, op, statement string, args ...any) error {
	return s.failed(op, s.write(ctx, func(tx *tx) error {
		n, err := tx.count(ctx, statement, args...)
		if err == nil && n == 0 {
			return ErrLost
		}
		return err
	}))
}

// Messages returns messages in a state, or in any if it is empty, oldest
// first; of every scope if that is empty. A limit of 0 is none.
func (s *Store) Messages(ctx context.Context, scope string, state State, limit int) ([]Message, error) {
	query, args := "SELECT "+messageColumns+" FROM outbox WHERE 1 = 1", []any(nil)
	if scope != "" {
		query, args = query+" AND scope = ?", append(args, key(scope))
	}
	if state != "" {
		query, args = query+" AND state = ?", append(args, string(state))
	}
	query += " ORDER BY id"
	if limit > 0 {
		query, args = query+" LIMIT ?", append(args, limit)
	}
	var out []Message
	err := s.each(ctx, query, args, func(rows *sql.Rows) error {
		m, err := scanMessage(rows)
		out = append(out, m)
		return err
	})
	return out, s.failed("read the messages", err)
}

// Pending returns the messages that still have to be sent, as [Store.Messages].
func (s *Store) Pending(ctx context.Context, scope string) ([]Message, error) {
	return s.Messages(ctx, scope, Pending, 0)
}
