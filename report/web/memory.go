package web

import "sync"

// memory keeps what was made last of runs, which do not change once they are
// stored.
type memory[T any] struct {
	most int

	mu   sync.Mutex
	kept map[string]T
	ages []string // the keys, oldest first
}

func newMemory[T any](most int) *memory[T] { return &memory[T]{most: most, kept: map[string]T{}} }

// of returns what is kept under a key, or makes it. Two who ask for the same at
// once may both make it.
func (m *memory[T]) of(key string, make func() (T, error)) (T, error) {
	m.mu.Lock()
	value, ok := m.kept[key]
	m.mu.Unlock()
	if ok {
		return value, nil
	}
	value, err := make()
	if err != nil {
		return value, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.kept[key]; !ok {
		if len(m.ages) >= m.most {
			delete(m.kept, m.ages[0])
			m.ages = m.ages[1:]
		}
		m.ages = append(m.ages, key)
	}
	m.kept[key] = value
	return value, nil
}
