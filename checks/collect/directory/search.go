package directory

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"

	"github.com/go-ldap/ldap/v3"
)

// query is what is asked of a controller. Without a filter it is about the
// base object itself.
type query struct {
	what       string // for errors: "the accounts of contoso.com"
	base       string
	scope      int // [ldap.ScopeWholeSubtree] or another, if there is a filter
	filter     string
	attributes []string
	page       int // entries at once; 0 means as configured
}

func (q *query) request() *ldap.SearchRequest {
	filter, scope := q.filter, q.scope
	if filter == "" {
		filter, scope = "(objectClass=*)", ldap.ScopeBaseObject
	}
	return ldap.NewSearchRequest(q.base, scope, ldap.NeverDerefAliases, 0, 0, false, filter, q.attributes, nil)
}

// search asks once. With each, the entries are handed to it while they arrive
// and the result has none.
func (c *controller) search(ctx context.Context, q query, request *ldap.SearchRequest, each func(*searchEntry) error) (*ldap.SearchResult, error) {
	if ctx.Err() != nil {
		return nil, c.failed(ctx, q, ctx.Err())
	}
	// Two domains may share a controller. A request of the one between the tap's
	// start and the request of the other would be taken for that.
	c.streaming.Lock()
	defer c.streaming.Unlock()
	if each == nil {
		result, err := c.conn.Search(request)
		if err != nil {
			return nil, c.failed(ctx, q, err)
		}
		return result, nil
	}
	end := c.tap.stream(each)
	result, err := c.conn.Search(request)
	if failed := end(); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	if len(result.Entries) > 0 { // they passed the tap, and each never saw them
		return nil, c.failed(ctx, q, collect.Fail(facts.Protocol, "", "%d entries came in a form that cannot be read", len(result.Entries)))
	}
	return result, nil
}

func (c *controller) failed(ctx context.Context, q query, err error) error {
	return fmt.Errorf("read %s on %s: %w", q.what, c.at.host, explain(ctx, err))
}

// read reads one object. That it is not there is an error, see [isNoSuchObject].
func (c *controller) read(ctx context.Context, q query) (*ldap.Entry, error) {
	result, err := c.search(ctx, q, q.request(), nil)
	if err != nil {
		return nil, err
	}
	if len(result.Entries) != 1 {
		return nil, c.failed(ctx, q, collect.Fail(facts.Rights, "let the account read it", "the object shows nothing of itself"))
	}
	return result.Entries[0], nil
}

// pages searches page by page and hands over each page.
func (r *reader) pages(ctx context.Context, c *controller, q query, each func([]*ldap.Entry) error) error {
	return r.paged(ctx, c, q, nil, func(result *ldap.SearchResult) error { return each(result.Entries) })
}

// stream searches page by page and hands over each entry as it arrives, one
// after the other, and not in the caller's goroutine. Nothing of it is kept: a
// forest may have a million accounts. After each page it calls page.
func (r *reader) stream(ctx context.Context, c *controller, q query, each func(*searchEntry) error, page func()) error {
	return r.paged(ctx, c, q, each, func(*ldap.SearchResult) error {
		page()
		return nil
	})
}

// paged searches page by page (RFC 2696).
func (r *reader) paged(ctx context.Context, c *controller, q query, each func(*searchEntry) error, page func(*ldap.SearchResult) error) error {
	size := q.page
	if size == 0 {
		size = r.cfg.PageSize
	}
	request := q.request()
	paging := ldap.NewControlPaging(uint32(size)) //nolint:gosec // a page size is small and positive
	request.Controls = []ldap.Control{paging}
	for {
		result, err := c.search(ctx, q, request, each)
		if err != nil {
			return err
		}
		for _, reference := range result.Referrals {
			if !r.expected(reference) {
				return c.failed(ctx, q, collect.Fail(facts.Missing, "find out what this naming context is",
					"part of the answer is elsewhere: %s", reference))
			}
		}
		if err := page(result); err != nil {
			return err
		}
		next, ok := ldap.FindControl(result.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
		if !ok || len(next.Cookie) == 0 {
			return nil
		}
		paging.SetCookie(next.Cookie)
	}
}

// expected reports whether a search continuation leads to a naming context of
// the forest. Those of domains are read on their own; the others hold neither
// accounts nor servers.
func (r *reader) expected(reference string) bool {
	u, err := url.Parse(reference)
	return err == nil && r.partitions[dnKey(strings.TrimPrefix(u.Path, "/"))]
}
