package auth

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

func TestCheckPassword(t *testing.T) {
	tests := map[string]bool{
		rightPassword:  true,
		"zwölfzeichen": true, // twelve characters, more octets
		"elevenchars":  false,
		"e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301": false, // six, however composed
		"patricia.contoso":                           false,
		" Patricia.CONTOSO ":                         false,
		"twelve chars\n":                             false,
		"twelve chars\x00":                           false,
		"not UTF-8 \xff\xff\xff":                     false,
		strings.Repeat("a", 1024):                    true,
		strings.Repeat("a", 1025):                    false,
	}
	for password, want := range tests {
		if err := CheckPassword("patricia.contoso", password); (err == nil) != want {
			t.Errorf("%.40q: %v", password, err)
		}
	}
}

// However a keyboard composes a letter, it is the same password.
func TestPasswordForms(t *testing.T) {
	h, err := NewHasher(cheap)
	if err != nil {
		t.Fatal(err)
	}
	p, err := h.Hash(t.Context(), "caf\u00e9 caf\u00e9 caf\u00e9")
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := h.Verify(t.Context(), p, "cafe\u0301 cafe\u0301 cafe\u0301"); err != nil || !ok {
		t.Error(ok, err)
	}
	again, err := h.Hash(t.Context(), "caf\u00e9 caf\u00e9 caf\u00e9")
	if err != nil || again.String() == p.String() {
		t.Error("two hashes have one salt")
	}
}

// Of many who sign in, two hash at once; the others wait, and stop waiting with
// their context.
func TestTwoHashesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, err := NewHasher(cheap)
		if err != nil {
			t.Fatal(err)
		}
		if cap(h.slots) != 2 {
			t.Errorf("%d hashes at once", cap(h.slots))
		}
		h.slots <- struct{}{}
		h.slots <- struct{}{}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var errs [5]error
		for i := range errs {
			wg.Go(func() { _, errs[i] = h.Hash(ctx, rightPassword) })
		}
		synctest.Wait() // all of them wait
		cancel()
		wg.Wait()
		for _, err := range errs {
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}
		<-h.slots
		if _, err := h.Hash(t.Context(), rightPassword); err != nil {
			t.Error(err)
		}
		if _, err := h.Hash(ctx, rightPassword); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if len(h.slots) != 1 {
			t.Error("a slot is not given back")
		}
	})
}
