package telemetry

import (
	"bytes"
	"io"
	"log"
	"log/slog"
)

// foreign passes on what libraries write to the standard log.
type foreign struct{ log *slog.Logger }

// AdoptStandardLog makes the standard log a part of logger, for the rest of the program. Libraries write to it, and quote
// in it what others have sent: of a message only what precedes the first quotation is kept.
func AdoptStandardLog(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(foreign{logger})
}

var _ io.Writer = foreign{}

// Write implements io.Writer; each call is one message.
func (f foreign) Write(message []byte) (int, error) {
	beginning, _, _ := bytes.Cut(message, []byte{'"'})
	f.log.Warn("a library", slog.String("message", string(bytes.TrimSpace(beginning))))
	return len(message), nil
}
