package tenant

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"timetracker/internal/audit"
	"timetracker/internal/errs"
)

// The bounds of a logo.
const (
	MaxLogoBytes  = 64 << 10  // of what is sent
	MaxLogoSide   = 2_000     // pixels
	MaxLogoPixels = 1_000_000 // of all of it
)

// Logo is the tenant's picture on documents to print. The zero value is none.
type Logo struct {
	MediaType     string // image/png or image/jpeg
	Image         []byte // as we have encoded it: nothing of what was sent but its pixels
	Width, Height int    // pixels
}

// describe is the logo in the history of settings; empty: none.
func (l Logo) describe() string {
	if len(l.Image) == 0 {
		return ""
	}
	return fmt.Sprintf("%d × %d, %s", l.Width, l.Height, l.MediaType)
}

// Decode gives the picture; nil when there is none.
func (l Logo) Decode() (image.Image, error) {
	if len(l.Image) == 0 {
		return nil, nil //nolint:nilnil // no logo is no error
	}
	shown, _, err := image.Decode(bytes.NewReader(l.Image))
	if err != nil {
		return nil, fmt.Errorf("decode a logo: %w", err)
	}
	return shown, nil
}

// readLogo decodes a PNG or a JPEG and encodes it anew, so that what isn't its pixels is gone. Without bytes it is no logo.
// Errors are of kind RuleBroken.
func readLogo(sent []byte) (Logo, error) {
	if len(sent) == 0 {
		return Logo{}, nil
	}
	if len(sent) > MaxLogoBytes {
		return Logo{}, logoInvalid("too_long", "must have at most 64 KiB")
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(sent))
	if err != nil || (format != "png" && format != "jpeg") {
		return Logo{}, logoInvalid("format", "must be a PNG or a JPEG")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > MaxLogoSide || size.Height > MaxLogoSide || size.Width*size.Height > MaxLogoPixels {
		return Logo{}, logoInvalid("too_large", "must have at most 2,000 pixels on a side, and 1,000,000 in all")
	}
	decoded, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return Logo{}, logoInvalid("format", "must be a PNG or a JPEG")
	}
	encoded, err := encodeLogo(decoded, format)
	if err != nil {
		return Logo{}, err
	}
	return Logo{MediaType: "image/" + format, Image: encoded, Width: size.Width, Height: size.Height}, nil
}

// encodeLogo keeps what was sent below the bound, so that it can be sent again: a JPEG loses quality, if it must.
func encodeLogo(decoded image.Image, format string) ([]byte, error) {
	encoders := []func(io.Writer) error{func(w io.Writer) error {
		return (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, decoded)
	}}
	if format == "jpeg" {
		encoders = nil
		for _, quality := range []int{90, 80, 70, 60} {
			encoders = append(encoders, func(w io.Writer) error { return jpeg.Encode(w, decoded, &jpeg.Options{Quality: quality}) })
		}
	}
	for _, encode := range encoders {
		var out bytes.Buffer
		if err := encode(&out); err != nil {
			return nil, fmt.Errorf("encode a logo: %w", err)
		}
		if out.Len() <= MaxLogoBytes {
			return out.Bytes(), nil
		}
	}
	return nil, logoInvalid("too_detailed", "must be simpler, or have fewer pixels")
}

func logoInvalid(code, detail string) error {
	return errs.New(errs.RuleBroken, "logo_invalid", "This picture can't be the logo.").WithField("/logo", code, detail)
}

// Logo is the member's tenant's logo; the zero value when it has none.
func (s *Service) Logo(ctx context.Context, m Member) (Logo, error) {
	return s.store.Logo(ctx, m.Tenant.ID)
}

// changeLogo writes the logo of a locked tenant, if it is another one.
func (s *Service) changeLogo(ctx context.Context, t Tenant, wanted *Logo) ([]audit.FieldChange, error) {
	if wanted == nil {
		return nil, nil
	}
	current, err := s.store.Logo(ctx, t.ID)
	if err != nil || bytes.Equal(current.Image, wanted.Image) {
		return nil, err
	}
	if err := s.store.SetLogo(ctx, t.ID, *wanted); err != nil {
		return nil, err
	}
	return []audit.FieldChange{{Field: "logo", Old: current.describe(), New: wanted.describe()}}, nil
}
