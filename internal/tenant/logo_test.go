package tenant_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"testing"

	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/tenant"
)

// picture is a PNG with a text that is none of its pixels.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	shown := image.NewNRGBA(image.Rect(0, 0, width, height))
	shown.SetNRGBA(width/2, height/2, color.NRGBA{200, 10, 20, 0x80})
	var out bytes.Buffer
	if err := png.Encode(&out, shown); err != nil {
		t.Fatal(err)
	}
	return append(out.Bytes(), "<script>secret</script>"...)
}

func TestLogo(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	set := func(m tenant.Member, sent []byte) (tenant.Tenant, error) {
		return w.Tenants.ChangeTenant(t.Context(), m, m.Tenant.Revision, tenant.SettingsPatch{Logo: &sent}, nil)
	}
	if logo, err := w.Tenants.Logo(t.Context(), ada); err != nil || len(logo.Image) > 0 {
		t.Fatalf("at first there is %+v, %v", logo, err)
	}
	sent := picture(t, 320, 80)
	changed, err := set(ada, sent)
	if err != nil || changed.Revision != ada.Tenant.Revision+1 {
		t.Fatalf("revision %d, %v", changed.Revision, err)
	}
	ada.Tenant = changed
	logo, err := w.Tenants.Logo(t.Context(), ada)
	if err != nil || logo.MediaType != "image/png" || logo.Width != 320 || logo.Height != 80 || bytes.Contains(logo.Image, []byte("secret")) {
		t.Errorf("the logo is %s, %d × %d, %v", logo.MediaType, logo.Width, logo.Height, err)
	}
	shown, err := logo.Decode()
	if err != nil || color.NRGBAModel.Convert(shown.At(160, 40)) != (color.NRGBA{200, 10, 20, 0x80}) {
		t.Errorf("it shows %v, %v", shown.At(160, 40), err)
	}
	if again, err := set(ada, logo.Image); err != nil || again.Revision != ada.Tenant.Revision {
		t.Errorf("the same logo again is revision %d, %v", again.Revision, err)
	}
	if other, err := w.Tenants.Logo(t.Context(), w.SignUp(t)); err != nil || len(other.Image) > 0 {
		t.Errorf("another tenant has %+v, %v", other, err)
	}

	removed, err := set(ada, nil)
	if err != nil {
		t.Fatal(err)
	}
	ada.Tenant = removed
	if logo, err := w.Tenants.Logo(t.Context(), ada); err != nil || len(logo.Image) > 0 {
		t.Errorf("in the end there is %+v, %v", logo, err)
	}
}

func TestPicturesThatCantBeTheLogo(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	noise := rand.New(rand.NewPCG(1, 2))
	noisy := image.NewNRGBA(image.Rect(0, 0, 900, 900))
	for i := range noisy.Pix {
		noisy.Pix[i] = byte(noise.Uint32())
	}
	var moving, photo bytes.Buffer
	if err := gif.Encode(&moving, image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black}), nil); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 100)), nil); err != nil {
		t.Fatal(err)
	}
	var loud bytes.Buffer
	if err := png.Encode(&loud, noisy); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		sent []byte
		want string
	}{
		"a JPEG": {photo.Bytes(), ""}, "a PNG": {picture(t, 2_000, 500), ""}, "a GIF": {moving.Bytes(), "format"}, "a text": {[]byte("<svg/>"), "format"},
		"a part": {photo.Bytes()[:len(photo.Bytes())/2], "format"}, "too long": {loud.Bytes(), "too_long"}, "too wide": {picture(t, 2_001, 1), "too_large"},
		"too many pixels": {picture(t, 1_001, 1_000), "too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Tenants.ChangeTenant(t.Context(), ada, ada.Tenant.Revision, tenant.SettingsPatch{Logo: &test.sent}, nil)
			if test.want == "" {
				ada.Tenant.Revision++
				if err != nil {
					t.Error(err)
				}
				return
			}
			known, ok := errors.AsType[*errs.Error](err)
			if !ok || known.Code != "logo_invalid" || len(known.Fields) != 1 || known.Fields[0].Code != test.want {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
