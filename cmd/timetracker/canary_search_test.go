package main

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf16"
)

// spellings are the forms in which somebody could have kept a value, in lower case where the form has letters.
func spellings(value string) map[string][]byte {
	forms := map[string][]byte{}
	add := func(form string, content []byte) { forms[form] = lowered(content) }
	add("plain", []byte(value))
	add("percent-encoded", []byte(url.QueryEscape(value)))
	add("in a path", []byte(url.PathEscape(value)))
	quoted, _ := json.Marshal(value) // a string has one
	add("as JSON", bytes.Trim(quoted, `"`))
	add("in hex", []byte(hex.EncodeToString([]byte(value))))
	for name, order := range map[string]func(uint16) []byte{
		"in UTF-16LE": func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} },
		"in UTF-16BE": func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} },
	} {
		var wide []byte
		for _, unit := range utf16.Encode([]rune(value)) {
			wide = append(wide, order(unit)...)
		}
		add(name, wide)
	}
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + value))
		// The characters at the ends depend on what stands beside the value.
		encoded = encoded[(shift*8+5)/6 : len(encoded)-1]
		add("in base64, shifted by "+string(rune('0'+shift)), []byte(encoded))
	}
	digest := sha256.Sum256([]byte(value))
	weak, weaker := sha1.Sum([]byte(value)), md5.Sum([]byte(value))
	for name, sum := range map[string][]byte{"SHA-256": digest[:], "SHA-1": weak[:], "MD5": weaker[:]} {
		add("its "+name, sum)
		add("its "+name+" in hex", []byte(hex.EncodeToString(sum)))
		add("its "+name+" in base64", []byte(base64.RawStdEncoding.EncodeToString(sum)))
	}
	if address, err := netip.ParseAddr(value); err == nil {
		add("as 16 bytes", address.AsSlice())
		if address.Is4() { // four bytes alone are found by chance
			mapped := address.As16()
			add("as 16 bytes", mapped[:])
		}
		add("in full", []byte(address.StringExpanded()))
	}
	return forms
}

// lowered is content with its ASCII letters in lower case. What is no text stays as it is.
func lowered(content []byte) []byte {
	lower := bytes.Clone(content)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c + 'a' - 'A'
		}
	}
	return lower
}

// found says which spellings of which values content has, each with what stands around it.
func found(content []byte, values []string) []string {
	var all []string
	lower := lowered(content)
	for _, value := range values {
		for form, spelling := range spellings(value) {
			if at := bytes.Index(lower, spelling); at >= 0 {
				around := lower[max(0, at-120):min(len(lower), at+len(spelling)+120)]
				all = append(all, value+" "+form+": …"+strings.ToValidUTF8(string(around), "?")+"…")
			}
		}
	}
	return all
}

// This shows that a search finds what is there.
func TestSpellingsAreFound(t *testing.T) {
	const address, browser = "203.0.113.9", `Canary "Browser"/7`
	sum := sha256.Sum256([]byte(address))
	sixteen := netip.MustParseAddr("2001:db8::9").As16()
	for name, test := range map[string]struct {
		content []byte
		value   string
	}{
		"plain":          {[]byte("from 203.0.113.9:80"), address},
		"another case":   {[]byte(`cANARY "bROWSER"/7`), browser},
		"JSON":           {[]byte(`{"a":"Canary \"Browser\"/7"}`), browser},
		"percent":        {[]byte("Canary+%22Browser%22%2F7"), browser},
		"base64":         {[]byte(base64.StdEncoding.EncodeToString([]byte("x=203.0.113.9;"))), address},
		"base64, other":  {[]byte(base64.URLEncoding.EncodeToString([]byte("xy 203.0.113.9"))), address},
		"hash":           {sum[:], address},
		"hash in hex":    {[]byte(strings.ToUpper(hex.EncodeToString(sum[:]))), address},
		"16 bytes":       {sixteen[:], "2001:db8::9"},
		"16 bytes of v4": {append(make([]byte, 10), 255, 255, 203, 0, 113, 9), address},
		"in full":        {[]byte("2001:0db8:0000:0000:0000:0000:0000:0009"), "2001:db8::9"},
		"wide":           {[]byte("2\x000\x003\x00.\x000\x00.\x001\x001\x003\x00.\x009\x00"), address},
	} {
		if len(found(test.content, []string{test.value})) == 0 {
			t.Errorf("%s: not found", name)
		}
	}
	if all := found([]byte("203.0.113.8 Canary"), []string{address, browser}); len(all) > 0 {
		t.Errorf("found what is not there: %v", all)
	}
}
