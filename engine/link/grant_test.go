package link

import (
	"encoding/base64"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	now      = time.Date(2024, 5, 13, 4, 0, 0, 0, time.UTC)
	tomorrow = now.AddDate(0, 0, 1)
)

// testKeys are keys with the names, all different.
func testKeys(tb testing.TB, names ...string) Keys {
	tb.Helper()
	var parts []string
	for _, name := range names {
		secret := strings.Repeat(name+".", keyBytes)[:keyBytes]
		parts = append(parts, name+":"+base64.RawURLEncoding.EncodeToString([]byte(secret)))
	}
	keys, err := ParseKeys(strings.Join(parts, ","))
	require.NoError(tb, err)
	return keys
}

func TestGrant_IsReadAsItWasSigned(t *testing.T) {
	keys := testKeys(t, "a")
	for _, creator := range []int64{1, 42, math.MaxInt64} {
		grant, err := keys.Verify(Mail, keys.Sign(Mail, Grant{CreatorID: creator, Expires: tomorrow}), now)
		require.NoError(t, err)
		require.Equal(t, creator, grant.CreatorID)
		require.True(t, tomorrow.Equal(grant.Expires))
	}
}

func TestGrant_StaysTheSameInLaterVersions(t *testing.T) {
	require.Equal(t,
		"v1.a.AAAAAAAAACoAAAAAZkLhwA.Y9pZ5JeEBAmpzCViE8n8i-01ibjuOCZzqa_8XfSytmA",
		testKeys(t, "a").Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow}), "mails with it are out")
}

func TestGrant_IsShortAndNeedsNoQuoting(t *testing.T) {
	text := testKeys(t, "key-of-16-letter").Sign(Mail, Grant{CreatorID: math.MaxInt64, Expires: tomorrow})
	require.Len(t, text, 86)
	require.Regexp(t, `^[A-Za-z0-9._-]+$`, text)
}

func TestGrant_ExpiresAtItsSecond(t *testing.T) {
	keys := testKeys(t, "a")
	text := keys.Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow})
	_, err := keys.Verify(Mail, text, tomorrow.Add(-time.Nanosecond))
	require.NoError(t, err)
	_, err = keys.Verify(Mail, text, tomorrow)
	require.ErrorIs(t, err, ErrExpired)
}

func TestGrant_OfOnePurposeIsNoneOfAnother(t *testing.T) {
	keys := testKeys(t, "a")
	_, err := keys.Verify(Cookie, keys.Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow}), now)
	require.ErrorIs(t, err, ErrForged)
}

func TestGrant_ThatWasChangedAnywhereIsForged(t *testing.T) {
	keys := testKeys(t, "a", "b")
	text := keys.Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow})
	for i := range text {
		for _, other := range "Ab1.-_~" {
			changed := text[:i] + string(other) + text[i+1:]
			if changed == text {
				continue
			}
			_, err := keys.Verify(Mail, changed, now)
			require.ErrorIs(t, err, ErrForged, changed)
		}
	}
	for _, changed := range []string{"", ".", "...", text + ".", "." + text, text + "A", text[:len(text)-1], text + "=", " " + text, strings.ToUpper(text), strings.Repeat(text, 1000)} {
		_, err := keys.Verify(Mail, changed, now)
		require.ErrorIs(t, err, ErrForged, changed)
	}
}

func TestGrant_ThatExpiredAndWasForgedIsForged(t *testing.T) {
	text := testKeys(t, "a").Sign(Mail, Grant{CreatorID: 42, Expires: now})
	_, err := testKeys(t, "b").Verify(Mail, text, tomorrow)
	require.ErrorIs(t, err, ErrForged)
}

func TestKeys_TheFirstSignsAndAllVerify(t *testing.T) {
	grant := Grant{CreatorID: 42, Expires: tomorrow}
	before, rotated, after := testKeys(t, "old"), testKeys(t, "new", "old"), testKeys(t, "new")

	require.Equal(t, after.Sign(Mail, grant), rotated.Sign(Mail, grant))
	_, err := rotated.Verify(Mail, before.Sign(Mail, grant), now)
	require.NoError(t, err)
	_, err = after.Verify(Mail, before.Sign(Mail, grant), now)
	require.ErrorIs(t, err, ErrForged, "taking a key out revokes what it signed")
}

func TestKeys_OneNameWithAnotherKeyVerifiesNothing(t *testing.T) {
	first, err := NewKey("a")
	require.NoError(t, err)
	other, err := ParseKeys(first)
	require.NoError(t, err)
	_, err = other.Verify(Mail, testKeys(t, "a").Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow}), now)
	require.ErrorIs(t, err, ErrForged)
}

func TestKeys_TheZeroValueVerifiesNothing(t *testing.T) {
	_, err := Keys{}.Verify(Mail, testKeys(t, "a").Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow}), now)
	require.ErrorIs(t, err, ErrForged)
}

func FuzzVerify(f *testing.F) {
	keys := testKeys(f, "a", "b")
	good := keys.Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow})
	f.Add(good)
	f.Add(keys.Sign(Cookie, Grant{CreatorID: 42, Expires: tomorrow}))
	f.Add("v1.a..")
	f.Add("v1.a.AAAA.AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		grant, err := keys.Verify(Mail, text, now)
		if text == good {
			require.NoError(t, err)
			return
		}
		require.ErrorIs(t, err, ErrForged)
		require.Zero(t, grant)
	})
}

func TestExchange_SignsWithTheKeyThatHadSigned(t *testing.T) {
	text := testKeys(t, "old").Sign(Mail, Grant{CreatorID: 42, Expires: tomorrow})

	grant, exchanged, err := testKeys(t, "new", "old").Exchange(Mail, text, Cookie, now)

	require.NoError(t, err)
	require.EqualValues(t, 42, grant.CreatorID)
	again, err := testKeys(t, "old").Verify(Cookie, exchanged, now)
	require.NoError(t, err)
	require.Equal(t, grant, again)
	_, err = testKeys(t, "new").Verify(Cookie, exchanged, now)
	require.ErrorIs(t, err, ErrForged)
	_, _, err = testKeys(t, "new").Exchange(Mail, text, Cookie, now)
	require.ErrorIs(t, err, ErrForged)
}
