package enginetest

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unicode/utf16"
)

// What a Request asks for.
const (
	Login    = "login"
	Begin    = "begin"
	Commit   = "commit"
	Rollback = "rollback"
	Batch    = "batch" // a text, or a call of a procedure
)

// Request is what a client has sent to TDS.
type Request struct {
	What string
	// Token is what a login by Entra ID has brought; empty of a login by password.
	Token string
	raw   []byte
}

// Says tells whether a text is in the request.
func (r Request) Says(text string) bool { return bytes.Contains(r.raw, encode(text)) }

// Reply is what TDS answers. The zero value is success without rows.
type Reply struct {
	Rows   [][]any // of int64 and string
	Number int32   // of an error
	Cut    bool    // the connection ends without an answer
	Hang   bool    // nothing is answered, and the connection stays
}

// TDS is a small server on this machine that speaks SQL Server's protocol as of version 8, which begins with TLS
// (encrypt=strict). It has no database: the test answers.
// https://learn.microsoft.com/openspecs/windows_protocols/ms-tds
type TDS struct {
	answer   func(r Request) Reply
	listener net.Listener
	address  string
	wait     sync.WaitGroup

	mu    sync.Mutex
	open  []net.Conn
	seen  []string
	ended bool
}

// NewTDS starts a server, which ends with the test. answer may be called by several connections at once.
func NewTDS(tb testing.TB, answer func(r Request) Reply) *TDS {
	tb.Helper()
	named := httptest.NewUnstartedServer(nil) // for its certificate alone
	named.StartTLS()
	certificate, config := named.Certificate(), named.TLS.Clone()
	named.Close()
	path := filepath.Join(tb.TempDir(), "server.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw}), 0o600); err != nil {
		tb.Fatal(err)
	}
	config.NextProtos = []string{"tds/8.0"}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		tb.Fatal(err)
	}
	s := &TDS{answer: answer, listener: listener}
	query := url.Values{"encrypt": {"strict"}, "certificate": {path}, "database": {"timetracker"}}
	s.address = (&url.URL{Scheme: "sqlserver", Host: listener.Addr().String(), RawQuery: query.Encode()}).String()
	s.wait.Go(s.accept)
	tb.Cleanup(s.close)
	return s
}

// URL names the server, with further parameters.
func (s *TDS) URL(further string) string { return s.address + further }

// Seen are the requests so far, by what they ask for.
func (s *TDS) Seen() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *TDS) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open = append(s.open, conn)
		ended := s.ended
		s.mu.Unlock()
		if ended {
			_ = conn.Close()
			return
		}
		s.wait.Go(func() {
			defer func() { _ = conn.Close() }()
			s.serve(conn)
		})
	}
}

// CutAll ends every connection, as a database does that moves to another machine.
func (s *TDS) CutAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.open {
		_ = conn.Close()
	}
	s.open = nil
}

func (s *TDS) close() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	_ = s.listener.Close()
	s.CutAll()
	s.wait.Wait()
}

// The types of packets.
const (
	packetBatch       = 1
	packetCall        = 3
	packetReply       = 4
	packetToken       = 8
	packetTransaction = 14
	packetLogin       = 16
	packetPrelogin    = 18
)

func (s *TDS) serve(conn net.Conn) {
	for {
		kind, raw, err := readMessage(conn)
		if err != nil {
			return
		}
		var answer []byte
		switch kind {
		case packetPrelogin:
			answer = prelogin
		case packetLogin:
			if asksForToken(raw) {
				answer = tokenWanted
			} else if answer = s.reply(conn, Request{What: Login, raw: raw}); answer != nil {
				answer = append(slices.Clone(loginDone), answer...)
			}
		case packetToken:
			if answer = s.reply(conn, Request{What: Login, Token: decode(raw[8:]), raw: raw}); answer != nil {
				answer = append(slices.Clone(loginDone), answer...)
			}
		case packetTransaction:
			answer = s.reply(conn, Request{What: transactionOf(raw), raw: raw})
		case packetBatch, packetCall:
			answer = s.reply(conn, Request{What: Batch, raw: raw})
		default: // a cancelled request, whose client closes the connection
		}
		if answer != nil {
			if err := writeMessage(conn, answer); err != nil {
				return
			}
		}
	}
}

// reply asks the test, and gives the tokens of its answer; nil for none.
func (s *TDS) reply(conn net.Conn, r Request) []byte {
	s.mu.Lock()
	s.seen = append(s.seen, r.What)
	s.mu.Unlock()
	answer := s.answer(r)
	switch {
	case answer.Cut:
		_ = conn.Close()
		return nil
	case answer.Hang:
		return nil
	case answer.Number != 0:
		return failure(answer.Number)
	}
	const handle = "\x08\x01\x02\x03\x04\x05\x06\x07\x08" // of the transaction, after its length
	switch r.What {
	case Begin:
		return append([]byte("\xe3\x0b\x00\x08"+handle+"\x00"), done(0)...)
	case Commit:
		return append([]byte("\xe3\x0b\x00\x09\x00"+handle), done(0)...)
	case Rollback:
		return append([]byte("\xe3\x0b\x00\x0a\x00"+handle), done(0)...)
	}
	return append(rowsOf(answer.Rows), done(len(answer.Rows))...)
}

// readMessage reads packets up to the last one of a message.
func readMessage(conn io.Reader) (kind byte, content []byte, err error) {
	for {
		var header [8]byte
		if _, err := io.ReadFull(conn, header[:]); err != nil {
			return 0, nil, err
		}
		part := make([]byte, max(0, int(binary.BigEndian.Uint16(header[2:]))-len(header)))
		if _, err := io.ReadFull(conn, part); err != nil {
			return 0, nil, err
		}
		content = append(content, part...)
		if last := header[1]&1 != 0; last {
			return header[0], content, nil
		}
	}
}

// writeMessage writes one packet, which must not be longer than the driver's buffer of 4096 bytes.
func writeMessage(conn io.Writer, content []byte) error {
	header := []byte{packetReply, 1, 0, 0, 0, 0, 1, 0}
	binary.BigEndian.PutUint16(header[2:], uint16(len(header)+len(content)))
	_, err := conn.Write(append(header, content...))
	return err
}

// prelogin has a version, says that everything is encrypted, and that logins by Entra ID are known.
var prelogin = []byte("\x00\x00\x10\x00\x06\x01\x00\x16\x00\x01\x06\x00\x17\x00\x01\xff" + "\x10\x00\x00\x00\x00\x00" + "\x01" + "\x01")

// tokenWanted says whom to ask for a token, and for what.
var tokenWanted = func() []byte {
	authority, resource := encode("https://login.microsoftonline.com/common"), encode("https://database.windows.net/")
	const begin = 4 + 2*9
	info := binary.LittleEndian.AppendUint32(nil, 2)
	info = append(info, 1)
	info = binary.LittleEndian.AppendUint32(info, uint32(len(authority)))
	info = binary.LittleEndian.AppendUint32(info, begin)
	info = append(info, 2)
	info = binary.LittleEndian.AppendUint32(info, uint32(len(resource)))
	info = binary.LittleEndian.AppendUint32(info, uint32(begin+len(authority)))
	info = append(append(info, authority...), resource...)
	return append(binary.LittleEndian.AppendUint32([]byte{0xee}, uint32(len(info))), info...)
}()

// loginDone acknowledges a login, for a program without a name.
var loginDone = []byte("\xad\x0a\x00" + "\x01" + "\x74\x00\x00\x04" + "\x00" + "\x10\x00\x00\x00")

// asksForToken says whether a login is one by Entra ID, whose client waits to be told where.
func asksForToken(login []byte) bool {
	const extensionAt = 56
	at := binary.LittleEndian.Uint32(login[binary.LittleEndian.Uint16(login[extensionAt:]):])
	for features := login[min(int(at), len(login)):]; len(features) > 5 && features[0] != 0xff; {
		size := 5 + int(binary.LittleEndian.Uint32(features[1:]))
		if features[0] == 2 {
			return features[5]>>1 == 2
		}
		features = features[min(size, len(features)):]
	}
	return false
}

// transactionOf says what a request to the transaction manager asks for.
func transactionOf(raw []byte) string {
	headers := binary.LittleEndian.Uint32(raw)
	return map[uint16]string{5: Begin, 7: Commit, 8: Rollback}[binary.LittleEndian.Uint16(raw[headers:])]
}

func done(rows int) []byte {
	return binary.LittleEndian.AppendUint64([]byte{0xfd, 0x10, 0, 0, 0}, uint64(rows))
}

func failure(number int32) []byte {
	info := binary.LittleEndian.AppendUint32(nil, uint32(number))
	info = append(info, 1, 16)
	message := encode("said by the test")
	info = binary.LittleEndian.AppendUint16(info, uint16(len(message)/2))
	info = append(append(info, message...), 0, 0)
	info = binary.LittleEndian.AppendUint32(info, 1)
	all := append(binary.LittleEndian.AppendUint16([]byte{0xaa}, uint16(len(info))), info...)
	return append(all, 0xfd, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
}

func rowsOf(rows [][]any) (all []byte) {
	if len(rows) == 0 {
		return nil
	}
	all = binary.LittleEndian.AppendUint16([]byte{0x81}, uint16(len(rows[0])))
	for _, value := range rows[0] {
		all = append(all, 0, 0, 0, 0, 0, 0)
		if _, ok := value.(string); ok {
			all = append(all, 0xe7, 0x40, 0x1f, 0, 0, 0, 0, 0) // NVARCHAR(4000)
		} else {
			all = append(all, 0x26, 8) // BIGINT
		}
		all = append(all, 0) // without a name
	}
	for _, row := range rows {
		all = append(all, 0xd1)
		for _, value := range row {
			switch value := value.(type) {
			case string:
				all = binary.LittleEndian.AppendUint16(all, uint16(2*len(value)))
				all = append(all, encode(value)...)
			case int64:
				all = binary.LittleEndian.AppendUint64(append(all, 8), uint64(value))
			}
		}
	}
	return all
}

// encode gives a text as the protocol has it.
func encode(text string) (raw []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		raw = binary.LittleEndian.AppendUint16(raw, unit)
	}
	return raw
}

func decode(raw []byte) string {
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units))
}
