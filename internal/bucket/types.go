package bucket

import (
	"path"
	"strings"
)

// types are the content types that upload tools assign by file extension. They are listed
// here so that they do not depend on the machine.
var types = map[string]string{
	".avif": "image/avif", ".bin": "application/octet-stream", ".bmp": "image/bmp", ".css": "text/css", ".csv": "text/csv",
	".eot": "application/vnd.ms-fontobject", ".gif": "image/gif", ".gz": "application/gzip", ".htm": "text/html", ".html": "text/html",
	".ico": "image/vnd.microsoft.icon", ".jpeg": "image/jpeg", ".jpg": "image/jpeg", ".js": "text/javascript", ".json": "application/json",
	".m3u8": "application/vnd.apple.mpegurl", ".map": "application/json", ".md": "text/markdown", ".mjs": "text/javascript",
	".mp3": "audio/mpeg", ".mp4": "video/mp4", ".mpd": "application/dash+xml", ".oga": "audio/ogg", ".ogg": "audio/ogg", ".ogv": "video/ogg",
	".otf": "font/otf", ".pdf": "application/pdf", ".png": "image/png", ".svg": "image/svg+xml", ".tar": "application/x-tar",
	".tif": "image/tiff", ".tiff": "image/tiff", ".ts": "video/mp2t", ".ttf": "font/ttf", ".txt": "text/plain", ".wasm": "application/wasm",
	".wav": "audio/wav", ".webm": "video/webm", ".webmanifest": "application/manifest+json", ".webp": "image/webp",
	".woff": "font/woff", ".woff2": "font/woff2", ".xml": "application/xml", ".zip": "application/zip",
}

// typeOf returns the content type of an object; S3's default if the extension is unknown.
func typeOf(key string) string {
	if t := types[strings.ToLower(path.Ext(key))]; t != "" {
		return t
	}
	return "binary/octet-stream"
}
