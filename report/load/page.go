package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"lcshealth/report/jsonreport"

	"golang.org/x/net/html"
)

// embedded returns the report that a page holds, unpacked if it was packed, up
// to limit octets of it.
func embedded(page []byte, limit int64) ([]byte, error) {
	data, err := element(page)
	if err != nil {
		return nil, err
	}
	plain, err := jsonreport.Unpack(data, limit)
	switch {
	case errors.Is(err, jsonreport.ErrTooLarge):
		return nil, fmt.Errorf("%w: it has more than %d MiB", ErrTooLarge, limit>>20)
	case err != nil:
		return nil, refuse(err)
	}
	return plain, nil
}

// element finds the element of a page that holds its report. The page is read
// as browsers read it, since one that a browser has saved is written anew.
func element(page []byte) ([]byte, error) {
	var found []byte
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("%w: read the page: %s", ErrNotReport, short(err.Error()))
			}
			if found == nil {
				return nil, fmt.Errorf("%w: the page holds no data; pages of older versions did not", ErrNotReport)
			}
			return found, nil
		case html.StartTagToken:
			if !holdsReport(z) {
				continue
			}
			if found != nil {
				return nil, fmt.Errorf("%w: the page holds two of them", ErrNotReport)
			}
			found = []byte{}
			if z.Next() == html.TextToken {
				found = bytes.Clone(bytes.TrimSpace(z.Raw()))
			}
		}
	}
}

// holdsReport reports whether the tag that was read last begins the element.
func holdsReport(z *html.Tokenizer) bool {
	name, more := z.TagName()
	if string(name) != "script" {
		return false
	}
	kind, id := "", ""
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "type":
			kind = string(value)
		case "id":
			id = string(value)
		}
	}
	return kind == jsonreport.ElementType && id == jsonreport.ElementID
}
