// Package link makes and verifies the grants that open a creator's pages without a
// password: the links of mails, and the cookies that they become
// (docs/adr/0016-access.md).
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// Purpose is what a grant is good for. It is part of what is signed, so that a
// grant of one purpose is none of another.
type Purpose string

// The purposes.
const (
	Mail   Purpose = "mail"   // the link of a mail
	Cookie Purpose = "cookie" // what a browser keeps of it
)

// Grant lets its bearer read what is a creator's, until it expires.
type Grant struct {
	CreatorID int64
	Expires   time.Time // in whole seconds; from then on it is not good any more
}

var (
	// ErrExpired is returned for a grant that was good once.
	ErrExpired = errors.New("the grant has expired")
	// ErrForged is returned for what none of the keys has signed for the purpose.
	ErrForged = errors.New("no key has signed this grant")
)

// version is the first part of every grant.
const version = "v1"

// payloadBytes is the creator and the second of the expiry, 8 bytes each.
const payloadBytes = 16

var encoding = base64.RawURLEncoding.Strict() // one grant has one text

// Sign gives the grant as "v1.<key>.<payload>.<mac>", at most 86 characters that
// mean themselves in addresses and cookies. The keys must not be the zero value.
func (k Keys) Sign(purpose Purpose, grant Grant) string {
	payload := make([]byte, 0, payloadBytes)
	payload = binary.BigEndian.AppendUint64(payload, uint64(grant.CreatorID))
	payload = binary.BigEndian.AppendUint64(payload, uint64(grant.Expires.Unix()))
	return k.keys[0].sign(purpose, payload)
}

func (k key) sign(purpose Purpose, payload []byte) string {
	signed := version + "." + k.id + "." + encoding.EncodeToString(payload)
	return signed + "." + encoding.EncodeToString(k.mac(purpose, signed))
}

// Verify gives what the text grants for the purpose. It fails with [ErrExpired] or
// [ErrForged].
func (k Keys) Verify(purpose Purpose, text string, now time.Time) (Grant, error) {
	grant, _, _, err := k.verify(purpose, text, now)
	return grant, err
}

// Exchange verifies the text as [Keys.Verify] does and gives the same grant for another
// purpose. The same key signs it: whatever a key has granted ends with it.
func (k Keys) Exchange(purpose Purpose, text string, other Purpose, now time.Time) (Grant, string, error) {
	grant, by, payload, err := k.verify(purpose, text, now)
	if err != nil {
		return grant, "", err
	}
	return grant, by.sign(other, payload), nil
}

func (k Keys) verify(purpose Purpose, text string, now time.Time) (grant Grant, by key, payload []byte, err error) {
	parts := strings.Split(text, ".")
	if len(parts) != 4 || parts[0] != version {
		return grant, by, nil, ErrForged
	}
	by, known := k.named(parts[1])
	mac, err := encoding.DecodeString(parts[3])
	if !known || err != nil || !hmac.Equal(mac, by.mac(purpose, text[:strings.LastIndexByte(text, '.')])) {
		return grant, by, nil, ErrForged
	}
	payload, err = encoding.DecodeString(parts[2])
	if err != nil || len(payload) != payloadBytes {
		return grant, by, nil, ErrForged
	}
	grant = Grant{
		CreatorID: int64(binary.BigEndian.Uint64(payload)),
		Expires:   time.Unix(int64(binary.BigEndian.Uint64(payload[8:])), 0),
	}
	if !now.Before(grant.Expires) {
		return Grant{}, by, nil, ErrExpired
	}
	return grant, by, payload, nil
}

// mac signs for the purpose. A purpose has no colon, so none can pass for another.
func (k key) mac(purpose Purpose, signed string) []byte {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(string(purpose) + ":" + signed))
	return mac.Sum(nil)
}
