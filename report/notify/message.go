package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"lcshealth/report/history"
)

// Message returns what is to be stored in the outbox. The store gives it its
// number.
func (p Planned) Message() (history.Message, error) {
	payload, err := json.Marshal(p.Notification)
	if err != nil {
		return history.Message{}, fmt.Errorf("encode the message to channel %s: %w", p.Channel, err)
	}
	m := history.Message{
		Scope: p.Notification.Scope, Channel: p.Channel, Payload: payload,
		CreatedAt: p.Notification.At, NotBefore: p.NotBefore, State: history.Pending,
	}
	if p.Notification.Run != nil {
		m.RunID = p.Notification.Run.ID
	}
	return m, nil
}

// Outgoing returns the messages that are to be stored in the outbox.
func (p Plans) Outgoing() ([]history.Message, error) {
	out := make([]history.Message, 0, len(p.Messages))
	for _, planned := range p.Messages {
		m, err := planned.Message()
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// Parse reads the payload of a message.
func Parse(payload []byte) (*Notification, error) {
	n := &Notification{}
	if err := json.Unmarshal(payload, n); err != nil {
		return nil, fmt.Errorf("read a message of the outbox: %w", err)
	}
	if n.Format != Format {
		return nil, fmt.Errorf("read a message of the outbox: its format is %d, and only %d is known", n.Format, Format)
	}
	return n, nil
}

// Key names a message of the outbox, the same at every attempt to deliver it,
// so that who gets it twice can tell.
func Key(m history.Message) string {
	sum := sha256.Sum256([]byte(m.Scope + "\x00" + m.RunID + "\x00" + m.Channel + "\x00" +
		m.CreatedAt.UTC().Format(time.RFC3339Nano) + "\x00" + strconv.FormatInt(m.ID, 10)))
	return hex.EncodeToString(sum[:16])
}
