package pdf_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"timetracker/internal/pdf"
)

// TestPicturesAreSeenAsTheyAre has Poppler take pictures out of a document.
func TestPicturesAreSeenAsTheyAre(t *testing.T) {
	opaque, faint := image.NewNRGBA(image.Rect(3, 4, 23, 14)), image.NewNRGBA(image.Rect(0, 0, 5, 5))
	for y := range 10 {
		for x := range 20 {
			opaque.SetNRGBA(3+x, 4+y, color.NRGBA{uint8(10 * x), uint8(20 * y), 99, 0xff})
		}
	}
	faint.SetNRGBA(2, 2, color.NRGBA{0xff, 0, 0, 0x80})
	d := newDocument(t, pdf.NewFonts())
	d.Picture(opaque, 20, 20, 40, 40)
	d.Picture(faint, 20, 70, 40, 10)
	d.Picture(image.NewGray(image.Rectangle{}), 0, 0, 10, 10) // nothing is seen of it
	d.Left(plain, 20, 100, d.Line(plain, "below"))

	directory := t.TempDir()
	made := filepath.Join(directory, "made.pdf")
	if err := os.WriteFile(made, written(t, d), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "pdfimages", "-png", made, filepath.Join(directory, "picture")).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("`make fonts` installs what this test needs: %v, %s", err, out)
	}
	for i, want := range []image.Image{opaque, faint} {
		file, err := os.ReadFile(filepath.Join(directory, fmt.Sprintf("picture-%03d.png", i)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		from := want.Bounds()
		if got.Bounds().Size() != from.Size() {
			t.Fatalf("picture %d is %v large, want %v", i, got.Bounds().Size(), from.Size())
		}
		for y := range from.Dy() {
			for x := range from.Dx() {
				a, _ := color.NRGBAModel.Convert(want.At(from.Min.X+x, from.Min.Y+y)).(color.NRGBA)
				r, g, b, _ := got.At(x, y).RGBA() // how much is seen is a picture of its own
				if uint8(r>>8) != a.R || uint8(g>>8) != a.G || uint8(b>>8) != a.B {
					t.Fatalf("picture %d at %d, %d: %v, want %v", i, x, y, got.At(x, y), a)
				}
			}
		}
	}
	if lines := extracted(t, written(t, d)); len(lines) != 1 || lines[0] != "below" {
		t.Errorf("it reads %q", lines)
	}
}
