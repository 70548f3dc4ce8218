package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// SignatureHeader is the header that holds the signature of a request.
const SignatureHeader = "X-Lcshealth-Signature"

// Sign returns the signature of a body: "t=1772600767,v1=…", the time of the
// attempt in seconds since 1970 and, in hexadecimal, the HMAC-SHA-256 (RFC
// 2104) over that number, a full stop and the body. A receiver computes it anew
// with the secret, compares in constant time, and refuses what is too old.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}
