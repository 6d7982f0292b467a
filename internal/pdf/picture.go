package pdf

import (
	"fmt"
	"image"
	"image/color"

	"github.com/carlos7ags/folio/core"
)

// picture is an image in the document, with the name of its resource.
type picture struct {
	name  string
	image image.Image
}

// Picture puts an image at a place, x and y of its upper left corner, as large as fits into a width and a height.
func (d *Document) Picture(shown image.Image, x, y, width, height float64) {
	size := shown.Bounds().Size()
	if size.X == 0 || size.Y == 0 {
		return
	}
	scale := min(width/float64(size.X), height/float64(size.Y))
	width, height = scale*float64(size.X), scale*float64(size.Y)
	p := picture{name: fmt.Sprintf("P%d", len(d.pictures)+1), image: shown}
	d.pictures = append(d.pictures, p)
	d.page.SaveState()
	d.page.ConcatMatrix(points(width), 0, 0, points(height), points(x), points(PageHeight-y-height))
	d.page.Do(p.name)
	d.page.RestoreState()
}

// embedded makes the PDF's objects of a picture: its colours, and how much of them is seen (ISO 32000-1, 8.9 and 11.6.5.3).
func (p picture) embedded(add func(core.PdfObject) *core.PdfIndirectReference) *core.PdfIndirectReference {
	bounds := p.image.Bounds()
	colours, seen := make([]byte, 0, 3*bounds.Dx()*bounds.Dy()), make([]byte, 0, bounds.Dx()*bounds.Dy())
	opaque := true
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c, _ := color.NRGBAModel.Convert(p.image.At(x, y)).(color.NRGBA)
			colours, seen = append(colours, c.R, c.G, c.B), append(seen, c.A)
			opaque = opaque && c.A == 0xff
		}
	}
	made := imageObject(bounds, "DeviceRGB", colours)
	if !opaque {
		made.Dict.Set("SMask", add(imageObject(bounds, "DeviceGray", seen)))
	}
	return add(made)
}

func imageObject(bounds image.Rectangle, space string, samples []byte) *core.PdfStream {
	stream := core.NewPdfStreamCompressed(samples)
	stream.Dict.Set("Type", core.NewPdfName("XObject"))
	stream.Dict.Set("Subtype", core.NewPdfName("Image"))
	stream.Dict.Set("Width", core.NewPdfInteger(bounds.Dx()))
	stream.Dict.Set("Height", core.NewPdfInteger(bounds.Dy()))
	stream.Dict.Set("ColorSpace", core.NewPdfName(space))
	stream.Dict.Set("BitsPerComponent", core.NewPdfInteger(8))
	return stream
}
