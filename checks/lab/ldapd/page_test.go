package ldapd_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

// pages reads a search page by page and returns the sizes of the pages.
func pages(c *ldap.Conn, size uint32, sizeLimit int, base, filter string) (found []string, sizes []int, err error) {
	paging := ldap.NewControlPaging(size)
	for {
		r, err := c.Search(ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, 0, sizeLimit, 0, false, filter,
			[]string{"cn"}, []ldap.Control{paging}))
		if r != nil {
			found = append(found, names(r)...)
			sizes = append(sizes, len(r.Entries))
		}
		if err != nil {
			return found, sizes, err
		}
		answer, ok := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok {
			return found, sizes, errors.New("answer without paging control")
		}
		if len(answer.Cookie) == 0 {
			return found, sizes, nil
		}
		paging.SetCookie(answer.Cookie)
	}
}

func TestPaging(t *testing.T) {
	t.Parallel()
	cfg := config(forest(120))
	cfg.PageLimit = 50
	_, addr := start(t, cfg)
	c := bound(t, addr)
	var all []string
	for i := range 120 {
		all = append(all, fmt.Sprintf("User %03d", i))
	}
	for _, tt := range []struct {
		size   uint32
		filter string
		sizes  []int
	}{
		{50, "(cn=User *)", []int{50, 50, 20}},
		{1000, "(cn=User *)", []int{50, 50, 20}}, // no page is larger than the limit
		{40, "(cn=User *)", []int{40, 40, 40}},   // and none is empty for nothing
		{7, "(cn=User 00*)", []int{7, 3}},
		{7, "(cn=nobody)", []int{0}},
		{0, "(cn=User *)", []int{0}},
	} {
		found, sizes, err := pages(c, tt.size, 0, domainDN, tt.filter)
		if err != nil || !slices.Equal(sizes, tt.sizes) {
			t.Errorf("pages of %d for %s: %v, %v; want %v", tt.size, tt.filter, sizes, err, tt.sizes)
		}
		if !slices.Equal(found, all[:len(found)]) {
			t.Errorf("pages of %d for %s: found %q", tt.size, tt.filter, found)
		}
	}
}

func TestSizeLimits(t *testing.T) {
	t.Parallel()
	cfg := config(forest(120))
	cfg.PageLimit = 50
	_, addr := start(t, cfg)
	c := bound(t, addr)
	for _, tt := range []struct {
		filter    string
		sizeLimit int
		want      int
		exceeded  bool
	}{
		{"(cn=User *)", 0, 50, true},
		{"(cn=User *)", 10, 10, true},
		{"(cn=User 00*)", 10, 10, false},
		{"(cn=User 00*)", 9, 9, true},
		{"(cn=User 00*)", 0, 10, false},
	} {
		r, err := c.Search(ldap.NewSearchRequest(domainDN, ldap.ScopeWholeSubtree, 0, tt.sizeLimit, 0, false, tt.filter, nil, nil))
		if len(r.Entries) != tt.want || ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) != tt.exceeded {
			t.Errorf("%s with limit %d: %d entries, %v", tt.filter, tt.sizeLimit, len(r.Entries), err)
		}
	}
	// The limit is one of the whole search, however many pages it takes.
	found, sizes, err := pages(c, 30, 70, domainDN, "(cn=User *)")
	if len(found) != 70 || !slices.Equal(sizes, []int{30, 30, 10}) || !ldap.IsErrorWithCode(err, ldap.LDAPResultSizeLimitExceeded) {
		t.Errorf("limit of 70 in pages of 30: %v, %v", sizes, err)
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	_, addr := start(t, config(forest(20)))
	first := ldap.NewControlPaging(5)
	search := func(c *ldap.Conn, filter string, paging *ldap.ControlPaging) (*ldap.SearchResult, error) {
		return c.Search(ldap.NewSearchRequest(peopleDN, ldap.ScopeSingleLevel, 0, 0, 0, false, filter, nil, []ldap.Control{paging}))
	}
	r, err := search(bound(t, addr), "(cn=*)", first)
	if err != nil {
		t.Fatal(err)
	}
	cookie := ldap.FindControl(r.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging).Cookie

	other := bound(t, addr)
	r, err = search(other, "(cn=*)", &ldap.ControlPaging{PagingSize: 5, Cookie: cookie})
	if err != nil || !slices.Equal(names(r), []string{"User 005", "User 006", "User 007", "User 008", "User 009"}) {
		t.Errorf("second page on another connection: %q, %v", names(r), err)
	}
	for what, bad := range map[string][]byte{
		"short": cookie[1:], "changed": append([]byte{cookie[0] ^ 1}, cookie[1:]...), "made up": []byte("cookie"),
	} {
		_, err := search(other, "(cn=*)", &ldap.ControlPaging{PagingSize: 5, Cookie: bad})
		if !ldap.IsErrorWithCode(err, ldap.LDAPResultUnwillingToPerform) {
			t.Errorf("%s cookie: %v", what, err)
		}
	}
	_, err = search(other, "(cn=U*)", &ldap.ControlPaging{PagingSize: 5, Cookie: cookie})
	wantResult(t, err, ldap.LDAPResultUnwillingToPerform, "Error processing control")
}

// BenchmarkSearch reads 100,000 users in pages.
func BenchmarkSearch(b *testing.B) {
	_, addr := start(b, config(forest(100_000)))
	c := bound(b, addr)
	for _, filter := range []string{"(&(objectCategory=person)(msRTCSIP-UserEnabled=TRUE))", "(cn=nobody)"} {
		b.Run(filter, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := pages(c, 1000, 0, domainDN, filter); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
