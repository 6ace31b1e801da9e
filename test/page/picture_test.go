package page_test

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take docs/page.png again")

// readmePicture is the picture that the README shows.
const readmePicture = "../../docs/page.png"

// TestReadmePicture takes the README's picture with -update; otherwise it checks that the
// README has it, and that it is small.
func TestReadmePicture(t *testing.T) {
	t.Parallel()
	if *update {
		takeReadmePicture(t)
	}
	data, err := os.ReadFile(readmePicture)
	if err != nil {
		t.Fatal(err)
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width < 800 || len(data) > 100<<10 {
		t.Errorf("%d bytes, %d pixels wide, %v", len(data), config.Width, err)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "(docs/page.png)") {
		t.Error("the README does not show it")
	}
}

func takeReadmePicture(t *testing.T) {
	e := demo(t)
	for _, path := range []string{"/healthy-rsa", "/healthy-ecdsa", "/expired", "/healthy-deep", "/not-tls"} {
		e.get(t, path)
	}
	b := open(t, e, "/exchanges/"+e.get(t, "/incomplete-chain", "Host", "www.example.com", "Cookie", "sid=1"))
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(1100, 700)); err != nil {
		t.Fatal(err)
	}
	b.wait(`innerWidth === 1100 && document.querySelector("#summary p")`)
	b.wait(`document.querySelector(".why details")`)
	eval[bool](b, `(scrollTo(0, 0), true)`)
	picture, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewColors(decoded)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(readmePicture, small.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// fewColors is a picture with its 48 most frequent colors: it is text on paper, and
// a third as many bytes.
func fewColors(from image.Image) image.Image {
	count := map[color.RGBA]int{}
	bounds := from.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			count[color.RGBAModel.Convert(from.At(x, y)).(color.RGBA)]++
		}
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	})
	var palette color.Palette
	for _, c := range frequent[:min(48, len(frequent))] {
		palette = append(palette, c)
	}
	to := image.NewPaletted(bounds, palette)
	draw.Draw(to, bounds, from, bounds.Min, draw.Src)
	return to
}
